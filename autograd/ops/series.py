"""Series and rational approximations of special functions, used by `special.py`; not needed to understand the engine.

Coefficients are those of the series named, rounded from 60 digits.
"""

from __future__ import annotations

from typing import Final

from autograd.ops import ieee
from autograd.ops.numerics import exp_minus_square, upper_bits

PI: Final = 3.141592653589793
LOG_PI: Final = 1.1447298858494002
HALF_LOG_2PI: Final = 0.9189385332046728
DIGAMMA_ROOT: Final = 1.4616321449683622
DIGAMMA_ROOT_REST: Final = 9.549995429965697e-17
HALF_SQRT_PI: Final = 0.886226925452758
SQRT_TWO_PI: Final = 2.5066282746310002


# Coefficients, in Horner form, twelve at a time: a row has no loops

# fmt: off


def lgamma_near_2(t: float) -> float:
    """lnΓ(2 + t)/t for |t| ≤ ½, by its Taylor series."""
    square = t * t
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 0.42278433509846713 + t * (0.3224670334241132 + t * (-0.0673523010531981 + t * (0.020580808427784546 + t * (-0.007385551028673986 + t * (0.0028905103307415234 + t * (-0.001192753911703261 + t * (0.0005096695247430425 + t * (-0.00022315475845357939 + t * (9.945751278180853e-05 + t * (-4.492623673813314e-05 + t * (2.050721277567069e-05)))))))))))
    part_1 = -9.439488275268397e-06 + t * (4.374866789907488e-06 + t * (-2.039215753801366e-06 + t * (9.55141213040742e-07 + t * (-4.492469198764566e-07 + t * (2.1207184805554665e-07 + t * (-1.0043224823968099e-07 + t * (4.7698101693639804e-08 + t * (-2.2711094608943164e-08 + t * (1.0838659214896955e-08 + t * (-5.183475041970047e-09 + t * (2.4836745438024785e-09)))))))))))
    part_2 = -1.1921401405860912e-09 + t * (5.731367241678862e-10 + t * (-2.7595228851242334e-10 + t * (1.330476437424449e-10)))
    return part_0 + step * (part_1 + step * part_2)


def lgamma_tail(s: float) -> float:
    """x times the rest of lnΓ(x) beyond Stirling's formula, s = 1/x², for x ≥ 8."""
    return 0.08333333333333333 + s * (-0.002777777777777778 + s * (0.0007936507936507937 + s * (-0.0005952380952380953 + s * (0.0008417508417508417 + s * (-0.0019175269175269176 + s * (0.00641025641025641 + s * (-0.029550653594771242 + s * (0.17964437236883057 + s * (-1.3924322169059011)))))))))


def digamma_tail(s: float) -> float:
    """x² times (ln x − 1/(2x) − ψ(x)), s = 1/x², for x ≥ 7."""
    square = s * s
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 0.08333333333333333 + s * (-0.008333333333333333 + s * (0.003968253968253968 + s * (-0.004166666666666667 + s * (0.007575757575757576 + s * (-0.021092796092796094 + s * (0.08333333333333333 + s * (-0.4432598039215686 + s * (3.0539543302701198 + s * (-26.456212121212122 + s * (281.46014492753625 + s * (-3607.5105463980462)))))))))))
    part_1 = 54827.583333333336 + s * (-974936.8238505747)
    return part_0 + step * part_1


def digamma_near_root(t: float) -> float:
    """ψ(root + t)/t for |t| ≤ 0.47, by its Taylor series."""
    square = t * t
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 0.9676722454476212 + t * (-0.4427631689835921 + t * (0.258499760955651 + t * (-0.16394270544240652 + t * (0.10782405069126237 + t * (-0.07219956125645471 + t * (0.04880428816414311 + t * (-0.03316112647484736 + t * (0.022597648232218104 + t * (-0.01542476590494896 + t * (0.010538791616612175 + t * (-0.007204534386356869)))))))))))
    part_1 = 0.004926781395729853 + t * (-0.003369801655439328 + t * (0.002305126326734928 + t * (-0.0015769367714301972 + t * (0.0010788252019162967 + t * (-0.0007380709389960052 + t * (0.000504953265834602 + t * (-0.0003454680251063077 + t * (0.00023635601564027053 + t * (-0.00016170622091974803 + t * (0.0001106337276874741 + t * (-7.569179582195066e-05)))))))))))
    part_2 = 5.178575795222081e-05 + t * (-3.5430070947659604e-05 + t * (2.424006611860132e-05 + t * (-1.6584242271854135e-05 + t * (1.134638458466385e-05 + t * (-7.762817668462094e-06 + t * (5.3110609208898636e-06 + t * (-3.6336507898010456e-06 + t * (2.486022733129538e-06 + t * (-1.7008538854332607e-06 + t * (1.1636675363548843e-06))))))))))
    return part_0 + step * (part_1 + step * part_2)


def digamma_near_2(t: float) -> float:
    """ψ(2.375 + t) for |t| ≤ 0.625, by its Taylor series."""
    square = t * t
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 0.6399403447942543 + t * (0.521740901815686 + t * (-0.13342310749250122 + t * (0.044685631006948556 + t * (-0.0165691230003354 + t * (0.006460391809532134 + t * (-0.002590799722202472 + t * (0.0010566932571751764 + t * (-0.0004355889085072651 + t * (0.00018079737667956228 + t * (-7.53847374684102e-05 + t * (3.1528383399672735e-05)))))))))))
    part_1 = -1.3213598611816165e-05 + t * (5.545715469550375e-06 + t * (-2.329803386329897e-06 + t * (9.7943445707732e-07 + t * (-4.1194201484817027e-07 + t * (1.7331629180963248e-07 + t * (-7.293605618411823e-08 + t * (3.069833608172594e-08 + t * (-1.2922192401615373e-08 + t * (5.439910998479974e-09 + t * (-2.2901894184896425e-09 + t * (9.64201669027773e-10)))))))))))
    part_2 = -4.0595341858797645e-10 + t * (1.7091998835948968e-10 + t * (-7.19640108503903e-11 + t * (3.029995493919301e-11 + t * (-1.2757673989240026e-11 + t * (5.371592435727642e-12 + t * (-2.2617054245042186e-12 + t * (9.522917752963061e-13 + t * (-4.0096340395949234e-13 + t * (1.688262359820479e-13)))))))))
    return part_0 + step * (part_1 + step * part_2)


def i0_series(q: float) -> float:
    """I₀(x), q = x²/4, for |x| ≤ 20."""
    square = q * q
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 1.0 + q * (1.0 + q * (0.25 + q * (0.027777777777777776 + q * (0.001736111111111111 + q * (6.944444444444444e-05 + q * (1.9290123456790124e-06 + q * (3.936759889140842e-08 + q * (6.151187326782565e-10 + q * (7.594058428126624e-12 + q * (7.594058428126623e-14 + q * (6.276081345559193e-16)))))))))))
    part_1 = 4.358389823304995e-18 + q * (2.5789288895295828e-20 + q * (1.3157800456783586e-22 + q * (5.8479113141260385e-25 + q * (2.2843403570804838e-27 + q * (7.904291893012054e-30 + q * (2.4395962632753253e-32 + q * (6.757884385804225e-35 + q * (1.6894710964510564e-37 + q * (3.8310002187098785e-40 + q * (7.915289708078262e-43 + q * (1.4962740468957016e-45)))))))))))
    part_2 = 2.5976979980828152e-48 + q * (4.156316796932504e-51 + q * (6.14839762859838e-54 + q * (8.434015951438106e-57 + q * (1.0757673407446564e-59 + q * (1.2791526049282477e-62 + q * (1.4212806721424974e-65 + q * (1.4789601166935458e-68 + q * (1.4442969889585408e-71 + q * (1.3262598613026087e-74 + q * (1.147283617043779e-77 + q * (9.365580547296156e-81)))))))))))
    part_3 = 7.226528200074194e-84 + q * (5.278691161485898e-87 + q * (3.6556032974279072e-90 + q * (2.4034209713529963e-93 + q * (1.5021381070956227e-96 + q * (8.935979221270807e-100 + q * (5.065747857863269e-103 + q * (2.739723016691871e-106 + q * (1.4151461863077845e-109 + q * (6.988376228680417e-113 + q * (3.3026352687525603e-116 + q * (1.4950816064973112e-119)))))))))))
    return part_0 + step * (part_1 + step * (part_2 + step * part_3))


def i1_series(q: float) -> float:
    """2·I₁(x)/x, q = x²/4, for |x| ≤ 20."""
    square = q * q
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 1.0 + q * (0.5 + q * (0.08333333333333333 + q * (0.006944444444444444 + q * (0.00034722222222222224 + q * (1.1574074074074073e-05 + q * (2.755731922398589e-07 + q * (4.920949861426052e-09 + q * (6.834652585313961e-11 + q * (7.594058428126623e-13 + q * (6.903689480115112e-15 + q * (5.230067787965994e-17)))))))))))
    part_1 = 3.352607556388458e-19 + q * (1.842092063949702e-21 + q * (8.771866971189057e-24 + q * (3.654944571328774e-26 + q * (1.3437296218120491e-28 + q * (4.391273273895586e-31 + q * (1.2839980333028028e-33 + q * (3.3789421929021126e-36 + q * (8.045100459290744e-39 + q * (1.7413637357772174e-41 + q * (3.4414303078601135e-44 + q * (6.234475195398757e-47)))))))))))
    part_2 = 1.0390791992331261e-49 + q * (1.5985833834355786e-52 + q * (2.2771843068882885e-55 + q * (3.0121485540850376e-58 + q * (3.7095425542919185e-61 + q * (4.263842016427493e-64 + q * (4.5847763617499917e-67 + q * (4.6217503646673306e-70 + q * (4.376657542298608e-73 + q * (3.900764297948849e-76 + q * (3.2779531915536543e-79 + q * (2.60155015202671e-82)))))))))))
    part_3 = 1.9531157297497823e-85 + q * (1.3891292530226046e-88 + q * (9.373341788276685e-92 + q * (6.00855242838249e-95 + q * (3.6637514807210306e-98 + q * (2.127614100302573e-101 + q * (1.1780808971775045e-104 + q * (6.2266432197542515e-108 + q * (3.1447693029061876e-111 + q * (1.5192122236261777e-114 + q * (7.026883550537362e-118 + q * (3.114753346869398e-121)))))))))))
    return part_0 + step * (part_1 + step * (part_2 + step * part_3))


def i0_tail(u: float) -> float:
    """√(2πx)·e⁻ˣ·I₀(x), u = 1/x, for x ≥ 20."""
    square = u * u
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 1.0 + u * (0.125 + u * (0.0703125 + u * (0.0732421875 + u * (0.112152099609375 + u * (0.22710800170898438 + u * (0.5725014209747314 + u * (1.7277275025844574 + u * (6.074042001273483 + u * (24.380529699556064 + u * (110.01714026924674 + u * (551.3358961220206)))))))))))
    part_1 = 3038.090510922384 + u * (18257.755474293175 + u * (118838.42625678325 + u * (832859.3040162893 + u * (6252951.493434797 + u * (50069589.531988926 + u * (425939216.5047669 + u * (3836255180.2304335 + u * (36468400807.06556 + u * (364901081884.98334)))))))))
    return part_0 + step * part_1


def i1_tail(u: float) -> float:
    """√(2πx)·e⁻ˣ·I₁(x), u = 1/x, for x ≥ 20."""
    square = u * u
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 1.0 + u * (-0.375 + u * (-0.1171875 + u * (-0.1025390625 + u * (-0.144195556640625 + u * (-0.2775764465332031 + u * (-0.6765925884246826 + u * (-1.993531733751297 + u * (-6.883914268109947 + u * (-27.248827311268542 + u * (-121.59789187653587 + u * (-603.8440767050702)))))))))))
    part_1 = -3302.2722944808525 + u * (-19718.37591223663 + u * (-127641.2726461746 + u * (-890297.8767070678 + u * (-6656367.718817688 + u * (-53104110.10968523 + u * (-450278600.3050393 + u * (-4043620325.107754 + u * (-38338575207.427895 + u * (-382701134659.8606)))))))))
    return part_0 + step * part_1


def spherical_1(s: float) -> float:
    """j_1(z)/z^1, s = z², for |z| ≤ 4."""
    square = s * s
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 0.3333333333333333 + s * (-0.03333333333333333 + s * (0.0011904761904761906 + s * (-2.2045855379188714e-05 + s * (2.505210838544172e-07 + s * (-1.9270852604185937e-09 + s * (1.0706029224547743e-11 + s * (-4.498331606952833e-14 + s * (1.4797143443923793e-16 + s * (-3.9145882126782523e-19 + s * (8.509974375387505e-22 + s * (-1.5472680682522736e-24)))))))))))
    part_1 = 2.387759364586842e-27 + s * (-3.166789608205361e-30 + s * (3.6483751246605535e-33 + s * (-3.685227398647024e-36 + s * (3.290381605934843e-39 + s * (-2.6155656644951056e-42)))))
    return part_0 + step * part_1


def spherical_2(s: float) -> float:
    """j_2(z)/z^2, s = z², for |z| ≤ 4."""
    square = s * s
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 0.06666666666666667 + s * (-0.004761904761904762 + s * (0.00013227513227513228 + s * (-2.0041686708353374e-06 + s * (1.9270852604185938e-08 + s * (-1.284723506945729e-10 + s * (6.297664249733966e-13 + s * (-2.367542951027807e-15 + s * (7.046258782820854e-18 + s * (-1.701994875077501e-20 + s * (3.403989750155002e-23 + s * (-5.73062247500842e-26)))))))))))
    part_1 = 8.233652981333938e-29 + s * (-1.021545034904955e-31 + s * (1.1055682195941073e-34 + s * (-1.0529221138991497e-37 + s * (8.89292325928336e-41 + s * (-6.706578626910527e-44)))))
    return part_0 + step * part_1


def spherical_3(s: float) -> float:
    """j_3(z)/z^3, s = z², for |z| ≤ 4."""
    square = s * s
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 0.009523809523809525 + s * (-0.0005291005291005291 + s * (1.2025012025012024e-05 + s * (-1.541668208334875e-07 + s * (1.284723506945729e-09 + s * (-7.55719709968076e-12 + s * (3.31456013143893e-14 + s * (-1.1274014052513367e-16 + s * (3.063590775139502e-19 + s * (-6.807979500310004e-22 + s * (1.2607369445018526e-24 + s * (-1.976076715520145e-27)))))))))))
    part_1 = 2.656017090752883e-30 + s * (-3.0955910148635e-33 + s * (3.158766341697449e-36 + s * (-2.845735442970675e-39 + s * (2.2802367331495793e-42 + s * (-1.635750884612324e-45)))))
    return part_0 + step * part_1


def spherical_4(s: float) -> float:
    """j_4(z)/z^4, s = z², for |z| ≤ 4."""
    square = s * s
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 0.0010582010582010583 + s * (-4.81000481000481e-05 + s * (9.25000925000925e-07 + s * (-1.0277788055565833e-08 + s * (7.55719709968076e-11 + s * (-3.977472157726716e-13 + s * (1.5783619673518714e-15 + s * (-4.901745240223203e-18 + s * (1.2254363100558008e-20 + s * (-2.5214738890037053e-23 + s * (4.347368774144319e-26 + s * (-6.37444101780692e-29)))))))))))
    part_1 = 8.0485366386451e-32 + s * (-8.844545756752858e-35 + s * (8.537206328912025e-38 + s * (-7.296757546078654e-41 + s * (5.561553007681901e-44 + s * (-3.8040718246798226e-47)))))
    return part_0 + step * part_1


def spherical_5(s: float) -> float:
    """j_5(z)/z^5, s = z², for |z| ≤ 4."""
    square = s * s
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 9.62000962000962e-05 + s * (-3.7000037000037e-06 + s * (6.1666728333395e-08 + s * (-6.045757679744608e-10 + s * (3.977472157726716e-12 + s * (-1.8940343608222456e-14 + s * (6.862443336312483e-17 + s * (-1.9606980960892812e-19 + s * (4.538653000206669e-22 + s * (-8.69473754828864e-25 + s * (1.4023770239175224e-27 + s * (-1.9316487932748242e-30)))))))))))
    part_1 = 2.2995818967557432e-33 + s * (-2.390417772095367e-36 + s * (2.189027263823596e-39 + s * (-1.7796969624582083e-42 + s * (1.2933844203911397e-45 + s * (-8.45349294373294e-49)))))
    return part_0 + step * part_1


def spherical_6(s: float) -> float:
    """j_6(z)/z^6, s = z², for |z| ≤ 4."""
    square = s * s
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 7.4000074000074e-06 + s * (-2.4666691333358e-07 + s * (3.627454607846765e-09 + s * (-3.181977726181373e-11 + s * (1.8940343608222457e-13 + s * (-8.234932003574981e-16 + s * (2.7449773345249934e-18 + s * (-7.26184480033067e-21 + s * (1.565052758691955e-23 + s * (-2.8047540478350445e-26 + s * (4.249627345204613e-29 + s * (-5.518996552213784e-32)))))))))))
    part_1 = 6.215086207447954e-35 + s * (-6.129276338706069e-38 + s * (5.339090887374625e-41 + s * (-4.138830145251647e-44 + s * (2.8741876008691994e-47 + s * (-1.7986155199431785e-50)))))
    return part_0 + step * part_1


# fmt: on


def sin_pi(x: float) -> float:
    """sin(πx), with the argument reduced exactly."""
    part = abs(ieee.fmod(x, 2.0))
    folded = 2.0 - part if part > 1.5 else 1.0 - part if part > 0.5 else part
    sign = (-1.0 if x < 0.0 else 1.0) * (-1.0 if part > 1.5 else 1.0)
    return sign * ieee.sin(PI * folded)


def cos_pi(x: float) -> float:
    """cos(πx), with the argument reduced exactly."""
    part = abs(ieee.fmod(x, 2.0))
    folded = 2.0 - part if part > 1.0 else part
    return (
        ieee.cos(PI * folded)
        if folded < 0.25
        else -ieee.cos(PI * (1.0 - folded))
        if folded > 0.75
        else ieee.sin(PI * (0.5 - folded))
    )


def lgamma_positive(x: float) -> float:
    """lnΓ(x) for x > 0: by Stirling's formula, or from Taylor's series near 2 by Γ(x + 1) = x·Γ(x)."""
    large = x if x > 8.0 else 8.0
    s = 1.0 / (large * large)
    stirling = (large - 0.5) * (ieee.log(large) - 1.0) + (HALF_LOG_2PI - 0.5) + lgamma_tail(s) / large
    steps = -ieee.floor(2.5 - x) if 2.5 < x <= 8.0 else 0.0
    product = (
        (x - 1.0 if steps > 0.0 else 1.0)
        * (x - 2.0 if steps > 1.0 else 1.0)
        * (x - 3.0 if steps > 2.0 else 1.0)
        * (x - 4.0 if steps > 3.0 else 1.0)
        * (x - 5.0 if steps > 4.0 else 1.0)
        * (x - 6.0 if steps > 5.0 else 1.0)
    )
    t = x - 2.0 - steps if 1.5 < x <= 8.0 else x - 1.0 if x >= 0.5 else x
    near = t * lgamma_near_2(t)
    below = 0.0 if x > 1.5 else ieee.log1p(t) + (ieee.log(x) if x < 0.5 else 0.0)
    return ieee.inf if x == ieee.inf else stirling if x > 8.0 else near + ieee.log(product) if x > 1.5 else near - below


def log_gamma(x: float) -> float:
    """ln|Γ(x)|."""
    sine = abs(sin_pi(x))
    reflected = LOG_PI - ieee.log(sine) - lgamma_positive(1.0 - x)
    tiny = abs(x) < 1e-17
    pole = x == ieee.floor(x)
    return (
        x
        if x != x
        else -ieee.log(abs(x))
        if tiny
        else lgamma_positive(x)
        if x > 0.0
        else ieee.inf
        if pole
        else reflected
    )


def digamma_positive(x: float) -> float:
    """ψ(x) for x > 0."""
    low = x < 1.0
    up = x + 1.0 if low else x
    steps = 5.0 if 3.0 < up < 8.0 else 0.0
    large = up + steps if up > 3.0 else 8.0
    s = 1.0 / (large * large)
    tail = ieee.log(large) - 0.5 / large - s * digamma_tail(s)
    shift = (
        0.0 if steps == 0.0 else 1.0 / up + 1.0 / (up + 1.0) + 1.0 / (up + 2.0) + 1.0 / (up + 3.0) + 1.0 / (up + 4.0)
    )
    t = (up - DIGAMMA_ROOT) - DIGAMMA_ROOT_REST
    near = t * digamma_near_root(t) if up < 1.9 else digamma_near_2(up - 2.375)
    value = near if up <= 3.0 else tail - shift
    return value - ieee.div(1.0, x) if low else value


def digamma(x: float) -> float:
    """ψ(x), the derivative of lnΓ(x)."""
    pole = x == ieee.floor(x)
    tangent = ieee.div(sin_pi(x), cos_pi(x))
    reflected = digamma_positive(1.0 - x) - ieee.div(PI, tangent)
    return (
        x
        if x != x or x == ieee.inf
        else digamma_positive(x)
        if x > 0.0
        else ieee.copysign(ieee.inf, -x)
        if x == 0.0
        else ieee.nan
        if pole or x == -ieee.inf
        else reflected
        if abs(x) > 1e-17
        else ieee.div(-1.0, x)
    )


def hurwitz(s: float, x: float) -> float:
    """Σ 1/(x + k)ˢ over k ≥ 0 for x > 0 and s > 1, by Euler and Maclaurin."""
    w = x + 10.0
    u = 1.0 / (w * w)
    first = (
        ieee.pow(x + 9.0, -s)
        + ieee.pow(x + 8.0, -s)
        + ieee.pow(x + 7.0, -s)
        + ieee.pow(x + 6.0, -s)
        + ieee.pow(x + 5.0, -s)
        + ieee.pow(x + 4.0, -s)
        + ieee.pow(x + 3.0, -s)
        + ieee.pow(x + 2.0, -s)
        + ieee.pow(x + 1.0, -s)
        + ieee.pow(x, -s)
    )
    a, b, c = s * u / 12.0, (s + 1.0) * (s + 2.0) * u, (s + 3.0) * (s + 4.0) * u
    d, e, f = (s + 5.0) * (s + 6.0) * u, (s + 7.0) * (s + 8.0) * u, (s + 9.0) * (s + 10.0) * u
    rest = a * (1.0 - b / 60.0 * (1.0 - c / 42.0 * (1.0 - d / 40.0 * (1.0 - e / 39.6 * (1.0 - f * 691.0 / 27300.0)))))
    return first + ieee.pow(w, 1.0 - s) * (1.0 / (s - 1.0) + 0.5 / w + rest)


def factorial(n: float) -> float:
    """n! for a whole number n ≥ 0."""
    small = (
        1.0
        if n < 2.0
        else 2.0
        if n == 2.0
        else 6.0
        if n == 3.0
        else 24.0
        if n == 4.0
        else 120.0
        if n == 5.0
        else 720.0
        if n == 6.0
        else 5040.0
    )
    return small if n <= 7.0 else ieee.exp(log_gamma(n + 1.0))


def cotangent_derivative(n: float, x: float) -> float:
    """Return the n-th derivative of π·cot(πx) for whole n from 1 to 6; nan for other n."""
    sine, cosine = sin_pi(x), cos_pi(x)
    c = ieee.div(cosine, sine)
    s = c * c
    pole = ieee.div(PI, sine)
    part = (
        -1.0
        if n == 1.0
        else 2.0 * c
        if n == 2.0
        else -2.0 - 6.0 * s
        if n == 3.0
        else c * (16.0 + 24.0 * s)
        if n == 4.0
        else -16.0 - s * (120.0 + 120.0 * s)
        if n == 5.0
        else c * (272.0 + s * (960.0 + 720.0 * s))
        if n == 6.0
        else ieee.nan
    )
    return pole * pole * (part if n < 2.0 else part * ieee.pow(PI, n - 1.0))


def polygamma(n: float, x: float) -> float:
    """Return the n-th derivative of ψ at x; nan where n is not a whole number ≥ 0, and for x < 0 from n = 7 on."""
    whole = n == ieee.floor(n) and n >= 0.0
    positive = x if x > 0.0 else 1.0 - x
    sign = 1.0 if ieee.fmod(n, 2.0) == 1.0 else -1.0
    value = 0.0 if positive == ieee.inf else sign * factorial(n) * hurwitz(n + 1.0, positive)
    at_zero = ieee.inf if sign > 0.0 else -ieee.copysign(ieee.inf, x)
    return (
        x + n
        if x != x or n != n
        else ieee.nan
        if not whole
        else digamma(x)
        if n == 0.0
        else value
        if x > 0.0
        else at_zero
        if x == 0.0
        else ieee.nan
        if x == ieee.floor(x)
        else -sign * value - cotangent_derivative(n, x)
    )


def erfinv_miss(x: float, y: float) -> float:
    """y minus the inverse of erf at 0 ≤ x < 1, to first order; near x = 1 the distance from 1 is exact."""
    miss = ieee.erf(y) - x if x < 0.5 else (1.0 - x) - ieee.erfc(y)
    return miss * HALF_SQRT_PI * ieee.exp(y * y)


def erfinv_step(x: float, y: float) -> float:
    """Return a step of Halley's method from y towards the inverse of erf."""
    step = erfinv_miss(x, y)
    return y - ieee.div(step, 1.0 + y * step)


def erfinv(x: float) -> float:
    """Return the inverse of erf: Winitzki's approximation, then three steps of Halley's method."""
    size = abs(x) if abs(x) < 1.0 else 0.0
    w = -ieee.log((1.0 - size) * (1.0 + size)) / 0.147
    a = 4.330746750799873 - 0.0735 * w
    start = ieee.sqrt(w / (ieee.sqrt(a * a + w) + a))
    inside = erfinv_step(size, erfinv_step(size, erfinv_step(size, start)))
    out = ieee.inf if abs(x) == 1.0 else inside if abs(x) < 1.0 else ieee.nan
    return ieee.copysign(out, x)


def erfinv_derivative(x: float, out: float) -> float:
    """Return the derivative of `erfinv`, whose value is `out`, without the rounding of that."""
    inside = abs(x) < 1.0
    size, y = abs(x) if inside else 0.0, abs(out) if inside else 0.0
    slope = HALF_SQRT_PI * exp_minus_square(y, -1.0) * (1.0 - 2.0 * y * erfinv_miss(size, y))
    return slope if inside else ieee.inf if abs(x) == 1.0 else ieee.nan


def rounding_of_square(x: float) -> float:
    """x² − fl(x²), exactly (Dekker 1971)."""
    high = upper_bits(x)
    return (high * high - x * x) + (x - high) * (x + high)


def bessel_0(x: float) -> float:
    """e⁻ˣ·I₀(x) for x ≥ 0."""
    near, far = x if x < 20.0 else 0.0, x if x >= 20.0 else 20.0
    # The rounding of x², times the derivative of ln I₀ for it, which is about this; so for I₁.
    rest = 0.5 * rounding_of_square(near) / (1.0 + ieee.sqrt(near * near + 1.0))
    return (
        ieee.exp(-near) * i0_series(0.25 * near * near) * (1.0 + rest)
        if x < 20.0
        else x
        if x != x
        else i0_tail(1.0 / far) / (SQRT_TWO_PI * ieee.sqrt(far))
    )


def bessel_1(x: float) -> float:
    """e^−|x|·I₁(x)."""
    size = abs(x)
    near, far = x if size < 20.0 else 0.0, size if size >= 20.0 else 20.0
    rest = 0.5 * rounding_of_square(near) / (2.0 + ieee.sqrt(near * near + 4.0))
    tail = ieee.copysign(i1_tail(1.0 / far) / (SQRT_TWO_PI * ieee.sqrt(far)), x)
    series = 0.5 * near * ieee.exp(-abs(near)) * i1_series(0.25 * near * near)
    return series * (1.0 + rest) if size < 20.0 else x if x != x else tail


def bessel_step(n: float, x: float, above: float) -> float:
    """M₍ₙ₊₁₎/Mₙ from M₍ₙ₊₂₎/M₍ₙ₊₁₎, see `bessel_moment`."""
    return (2.0 * n + 1.0) / (x * (2.0 - above) + (n + 1.0))


def bessel_steps_4(n: float, x: float, above: float) -> float:
    """Four steps down to n."""
    upper = bessel_step(n + 2.0, x, bessel_step(n + 3.0, x, above))
    return bessel_step(n, x, bessel_step(n + 1.0, x, upper))


def bessel_steps_16(n: float, x: float, above: float) -> float:
    """Sixteen steps down to n."""
    upper = bessel_steps_4(n + 8.0, x, bessel_steps_4(n + 12.0, x, above))
    return bessel_steps_4(n, x, bessel_steps_4(n + 4.0, x, upper))


def bessel_steps_64(n: float, x: float, above: float) -> float:
    """Sixty-four steps down to n."""
    upper = bessel_steps_16(n + 32.0, x, bessel_steps_16(n + 48.0, x, above))
    return bessel_steps_16(n, x, bessel_steps_16(n + 16.0, x, upper))


def bessel_ratio_9(x: float) -> float:
    """M₁₀/M₉, from a start at 73 from which the steps converge to all digits."""
    size = x if x < 1e150 else 0.0
    root = ieee.sqrt(4.0 * size * (size - 73.0) + 5476.0)
    return bessel_steps_64(9.0, x, 0.0 if x >= 1e150 else 294.0 / (2.0 * size + 74.0 + root))


def bessel_moment(n: float, x: float) -> float:
    """Mₙ(x) = (1/π) ∫₀^π (1 − cos t)ⁿ exp(−x·(1 − cos t)) dt for x ≥ 0 and whole n from 0 to 9; nan for other n.

    M₀ = e⁻ˣ·I₀(x) and Mₙ′ = −M₍ₙ₊₁₎, all of them positive. Their ratios follow downward from
    x·M₍ₙ₊₂₎ − (2x + n + 1)·M₍ₙ₊₁₎ + (2n + 1)·Mₙ = 0.
    """
    r_9 = bessel_ratio_9(x)
    r_8 = bessel_step(8.0, x, r_9)
    r_7 = bessel_step(7.0, x, r_8)
    r_6 = bessel_step(6.0, x, r_7)
    r_5 = bessel_step(5.0, x, r_6)
    r_4 = bessel_step(4.0, x, r_5)
    r_3 = bessel_step(3.0, x, r_4)
    r_2 = bessel_step(2.0, x, r_3)
    r_1 = bessel_step(1.0, x, r_2)
    r_0 = bessel_step(0.0, x, r_1)
    ratio = (
        (r_0 if n > 0.0 else 1.0)
        * (r_1 if n > 1.0 else 1.0)
        * (r_2 if n > 2.0 else 1.0)
        * (r_3 if n > 3.0 else 1.0)
        * (r_4 if n > 4.0 else 1.0)
        * (r_5 if n > 5.0 else 1.0)
        * (r_6 if n > 6.0 else 1.0)
        * (r_7 if n > 7.0 else 1.0)
        * (r_8 if n > 8.0 else 1.0)
    )
    return ieee.nan if n < 0.0 or n > 9.0 or n != ieee.floor(n) else bessel_0(x) * ratio


def bessel_1_slope(x: float) -> float:
    """Return the derivative of `bessel_1`, M₂(x) − M₁(x) for x ≥ 0, without the rounding of the two moments.

    With wₙ = x·(2 − M₍ₙ₊₁₎/Mₙ) the ratios are M₍ₙ₊₁₎/Mₙ = (2n + 1)/(w₍ₙ₊₁₎ + n + 1).
    """
    size = x if x < 1e150 else 1e150  # beyond this the ratios to x no longer change
    w_3 = size * (2.0 - bessel_step(3.0, size, bessel_step(4.0, size, bessel_steps_4(5.0, size, bessel_ratio_9(size)))))
    w_2 = size * ((2.0 * w_3 + 1.0) / (w_3 + 3.0))
    w_1 = x * ((2.0 * w_2 + 1.0) / (w_2 + 2.0))
    return bessel_0(x) * ((1.0 - w_2) / (w_2 + 2.0)) / (w_1 + 1.0)


def spherical_bessel(n: float, x: float) -> float:
    """Spherical Bessel function jₙ(πx) for n from 0 to 6; nan for other n."""
    near = x if abs(x) < 1.25 else 0.0
    z = PI * near
    s = z * z
    series = (
        z * spherical_1(s)
        if n == 1.0
        else s * spherical_2(s)
        if n == 2.0
        else z * s * spherical_3(s)
        if n == 3.0
        else s * s * spherical_4(s)
        if n == 4.0
        else z * s * s * spherical_5(s)
        if n == 5.0
        else s * s * s * spherical_6(s)
    )
    far = PI * x if abs(x) < ieee.inf and x != 0.0 else 4.0
    sine, cosine, u = sin_pi(x), cos_pi(x), 1.0 / far
    j_0 = sine / far if x != 0.0 else 1.0
    j_1 = (j_0 - cosine) * u
    j_2 = 3.0 * j_1 * u - j_0
    j_3 = 5.0 * j_2 * u - j_1
    j_4 = 7.0 * j_3 * u - j_2
    j_5 = 9.0 * j_4 * u - j_3
    closed = (
        j_1
        if n == 1.0
        else j_2
        if n == 2.0
        else j_3
        if n == 3.0
        else j_4
        if n == 4.0
        else j_5
        if n == 5.0
        else 11.0 * j_5 * u - j_4
    )
    value = j_0 if n == 0.0 else series if abs(x) < 1.25 else closed
    return (
        x if x != x else ieee.nan if n < 0.0 or n > 6.0 or n != ieee.floor(n) else 0.0 if abs(x) == ieee.inf else value
    )
