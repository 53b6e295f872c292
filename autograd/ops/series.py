"""Series and rational approximations of special functions: the numerics of `special.py`, which a reader may skip.

Coefficients are those of the series named, rounded from 60 digits.
"""

from __future__ import annotations

from typing import Final

from autograd.ops import ieee

PI: Final = 3.141592653589793
LOG_PI: Final = 1.1447298858494002
HALF_LOG_2PI: Final = 0.9189385332046728
DIGAMMA_ROOT: Final = 1.4616321449683622
DIGAMMA_ROOT_REST: Final = 9.549995429965697e-17
HALF_SQRT_PI: Final = 0.886226925452758
SQRT_TWO_PI: Final = 2.5066282746310002


# Coefficients, in Horner's form by twelves: a row has no loops

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


def bessel_difference_series(z: float) -> float:
    """e⁻ˣ·(I₀(x) − I₁(x))·e²ˣ, z = 2x, for 0 ≤ x ≤ 24: ₁F₁(½; 2; z)."""
    square = z * z
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 1.0 + z * (0.25 + z * (0.0625 + z * (0.013020833333333334 + z * (0.0022786458333333335 + z * (0.000341796875 + z * (4.475911458333333e-05 + z * (5.195254371279762e-06 + z * (5.411723303416418e-07 + z * (5.111072008782173e-08 + z * (4.41410764394824e-09 + z * (3.511221989504282e-10)))))))))))
    part_1 = 2.5884008255961055e-11 + z * (1.777747819777545e-12 + z * (1.1428378841427074e-13 + z * (6.904645550028858e-15 + z * (3.9346325744649743e-16 + z * (2.1216156038781724e-17 + z * (1.0856220195283045e-18 + z * (5.285265095072009e-20 + z * (2.4538730798548612e-21 + z * (1.0888397865156853e-22 + z * (4.62649316404886e-24 + z * (1.8857988440416548e-25)))))))))))
    part_2 = 7.386045472496482e-27 + z * (2.7839709857871356e-28 + z * (1.0112715119312244e-29 + z * (3.5448009346795564e-31 + z * (1.2005175579271897e-32 + z * (3.9327299311407935e-34 + z * (1.2474788491253054e-35 + z * (3.8354944453953445e-37 + z * (1.1441105589957704e-38 + z * (3.314045736841581e-40 + z * (9.329456486066635e-42 + z * (2.554494037851579e-43)))))))))))
    part_3 = 6.808148524304133e-45 + z * (1.767406978215511e-46 + z * (4.4721836493307466e-48 + z * (1.1037119903797035e-49 + z * (2.658330708536481e-51 + z * (6.25217152704573e-53 + z * (1.4366839334019813e-54 + z * (3.2272234233395453e-56 + z * (7.09011206642779e-58 + z * (1.524202835536409e-59 + z * (3.2077349221510916e-61 + z * (6.611687671986957e-63)))))))))))
    part_4 = 1.335268556204849e-64 + z * (2.64328673371164e-66 + z * (5.131086012499065e-68 + z * (9.770733168597392e-70 + z * (1.8258082662654776e-71 + z * (3.3492289999628784e-73 + z * (6.033122946061077e-75 + z * (1.0675493524685996e-76 + z * (1.85617133652905e-78 + z * (3.172222641073543e-80 + z * (5.330298125708029e-82 + z * (8.808543512822588e-84)))))))))))
    part_5 = 1.4319899973031257e-85 + z * (2.2907296360877608e-87 + z * (3.606755571413141e-89 + z * (5.590828948743089e-91 + z * (8.534077842432358e-93 + z * (1.2830956196664036e-94 + z * (1.9005599974705886e-96 + z * (2.7740834028049637e-98 + z * (3.9908488851094427e-100 + z * (5.65989955755687e-102 + z * (7.914748878273691e-104 + z * (1.0915293347384492e-105)))))))))))
    part_6 = 1.484862013580653e-107 + z * (1.9928266565086513e-109 + z * (2.639148815376322e-111 + z * (3.449413802553263e-113 + z * (4.450286091810857e-115 + z * (5.668446320738104e-117 + z * (7.129253324524555e-119 + z * (8.855164335050278e-121 + z * (1.0863974762908907e-122 + z * (1.3166967305241898e-124 + z * (1.5767085444860636e-126 + z * (1.865726547907347e-128)))))))))))
    part_7 = 2.1819070973426257e-130 + z * (2.522177150826975e-132 + z * (2.8821992300949794e-134 + z * (3.25640325761776e-136 + z * (3.63809097346213e-138 + z * (4.0196136223645257e-140 + z * (4.392618061069903e-142 + z * (4.7483508663022717e-144 + z * (5.078004958703341e-146 + z * (5.3730892093349244e-148 + z * (5.625798892192782e-150 + z * (5.829363983686599e-152)))))))))))
    part_8 = 5.978353312307456e-154 + z * (6.068915365428881e-156 + z * (6.0989409207309416e-158 + z * (6.068138188808058e-160 + z * (5.978017324617839e-162 + z * (5.8317874308298664e-164 + z * (5.634174987904353e-166 + z * (5.391177522966731e-168 + z * (5.109769905009677e-170 + z * (4.797582705062994e-172 + z * (4.462572521461346e-174 + z * (4.1127031285534214e-176)))))))))))
    part_9 = 3.7556539782491743e-178 + z * (3.3985692797334063e-180 + z * (3.047856970768288e-182 + z * (2.709042754744979e-184 + z * (2.3866803662615772e-186 + z * (2.084315643567982e-188 + z * (1.804499050686239e-190 + z * (1.5488391402067044e-192 + z * (1.3180881277179072e-194 + z * (1.1122502309078386e-196 + z * (9.30703618655968e-199 + z * (7.723275827082087e-201)))))))))))
    part_10 = 6.356277281930506e-203 + z * (5.188534158465153e-205 + z * (4.201032255454592e-207 + z * (3.374157168195565e-209 + z * (2.6884413565945308e-211 + z * (2.125148881879486e-213 + z * (1.6667053160597144e-215 + z * (1.2969870969583778e-217 + z * (1.0014889465975845e-219 + z * (7.673901588419179e-222 + z * (5.835409604816697e-224 + z * (4.403891703843274e-226)))))))))))
    part_11 = 3.298654357800129e-228 + z * (2.452427911617759e-230 + z * (1.8098348601490925e-232 + z * (1.3258321824076958e-234 + z * (9.642027732730935e-237 + z * (6.961476703257022e-239 + z * (4.990110763725579e-241 + z * (3.5515433750051013e-243 + z * (2.509829284768043e-245 + z * (1.7612177330432023e-247 + z * (1.2272840994071366e-249 + z * (8.493006224044142e-252)))))))))))
    part_12 = 5.836908013172099e-254
    return part_0 + step * (part_1 + step * (part_2 + step * (part_3 + step * (part_4 + step * (part_5 + step * (part_6 + step * (part_7 + step * (part_8 + step * (part_9 + step * (part_10 + step * (part_11 + step * part_12)))))))))))


def bessel_difference_tail(u: float) -> float:
    """√(2πx)·e⁻ˣ·(I₀(x) − I₁(x))/u, u = 1/x, for x ≥ 24."""
    square = u * u
    fourth = square * square
    step = fourth * fourth * fourth
    part_0 = 0.5 + u * (0.1875 + u * (0.17578125 + u * (0.25634765625 + u * (0.5046844482421875 + u * (1.249094009399414 + u * (3.7212592363357544 + u * (12.95795626938343 + u * (51.629357010824606 + u * (231.6150321457826 + u * (1155.1799728270908 + u * (6340.362805403237)))))))))))
    part_1 = 37976.1313865298 + u * (246479.69890295787 + u * (1723157.1807233572 + u * (12909319.212252485 + u * (103173699.64167415 + u * (876217816.8098062 + u * (7879875505.338188 + u * (74806976014.49345 + u * (747602216544.844 + u * (7845373260527.143 + u * (86254529881363.75 + u * (991458319016762.6)))))))))))
    part_2 = 1.1892335982789606e+16 + u * (1.4859473810495613e+17)
    return part_0 + step * (part_1 + step * part_2)


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


def polygamma(n: float, x: float) -> float:
    """The n-th derivative of ψ at x; nan where n is no whole number ≥ 0, and for x ≤ 0 from n = 2 on."""
    whole = n == ieee.floor(n) and n >= 0.0
    positive = x if x > 0.0 else 1.0 - x
    sign = 1.0 if ieee.fmod(n, 2.0) == 1.0 else -1.0
    value = 0.0 if positive == ieee.inf else sign * factorial(n) * hurwitz(n + 1.0, positive)
    ratio = ieee.div(PI, sin_pi(x)) if x < 0.0 else 0.0
    return (
        x + n
        if x != x or n != n
        else ieee.nan
        if not whole
        else digamma(x)
        if n == 0.0
        else value
        if x > 0.0
        else sign * ieee.inf
        if x == 0.0
        else ieee.nan
        if n > 1.0 or x == ieee.floor(x)
        else ratio * ratio - value
    )


def erfinv_step(x: float, y: float) -> float:
    """A step from y towards the inverse of erf at 0 ≤ x < 1; where x is near 1 its distance from 1 is what is exact."""
    miss = ieee.erf(y) - x if x < 0.5 else (1.0 - x) - ieee.erfc(y)
    step = miss * HALF_SQRT_PI * ieee.exp(y * y)
    return y - ieee.div(step, 1.0 + y * step)


def erfinv(x: float) -> float:
    """The inverse of erf: Winitzki's approximation, then three steps of Halley's method."""
    size = abs(x) if abs(x) < 1.0 else 0.0
    w = -ieee.log((1.0 - size) * (1.0 + size)) / 0.147
    a = 4.330746750799873 - 0.0735 * w
    start = ieee.sqrt(w / (ieee.sqrt(a * a + w) + a))
    inside = erfinv_step(size, erfinv_step(size, erfinv_step(size, start)))
    out = ieee.inf if abs(x) == 1.0 else inside if abs(x) < 1.0 else ieee.nan
    return ieee.copysign(out, x)


def bessel_difference(x: float) -> float:
    """e⁻ˣ·(I₀(x) − I₁(x)) for x ≥ 0, without cancellation."""
    near, far = x if x < 24.0 else 0.0, x if x >= 24.0 else 24.0
    half = ieee.exp(-near)
    tail = bessel_difference_tail(1.0 / far) / far / (SQRT_TWO_PI * ieee.sqrt(far))
    return half * half * bessel_difference_series(2.0 * near) if x < 24.0 else x if x != x else tail


def bessel_0(x: float) -> float:
    """e⁻ˣ·I₀(x) for x ≥ 0."""
    near, far = x if x < 20.0 else 0.0, x if x >= 20.0 else 20.0
    return (
        ieee.exp(-near) * i0_series(0.25 * near * near)
        if x < 20.0
        else x
        if x != x
        else i0_tail(1.0 / far) / (SQRT_TWO_PI * ieee.sqrt(far))
    )


def bessel_1_ratio(x: float) -> float:
    """e⁻ˣ·I₁(x)/x for x ≥ 0."""
    near, far = x if x < 20.0 else 0.0, x if x >= 20.0 else 20.0
    return (
        0.5 * ieee.exp(-near) * i1_series(0.25 * near * near)
        if x < 20.0
        else x
        if x != x
        else i1_tail(1.0 / far) / (SQRT_TWO_PI * ieee.sqrt(far)) / far
    )


def bessel_1(x: float) -> float:
    """e^−|x|·I₁(x)."""
    size = abs(x)
    near, far = x if size < 20.0 else 0.0, size if size >= 20.0 else 20.0
    tail = ieee.copysign(i1_tail(1.0 / far) / (SQRT_TWO_PI * ieee.sqrt(far)), x)
    return 0.5 * near * ieee.exp(-abs(near)) * i1_series(0.25 * near * near) if size < 20.0 else x if x != x else tail


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
