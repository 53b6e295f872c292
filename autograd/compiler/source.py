"""Export to other languages, for programs and compiled functions alike."""

from __future__ import annotations

from abc import abstractmethod

from autograd.compiler import export
from autograd.compiler.record.tape import Tape

__all__ = ["Exportable"]


class Exportable:
    """An object that can be exported as source in other languages.

    Every method takes `name`, the name of the function, by default the recorded function's or "program"; and `weights`:
    "argument", or "baked" to substitute the current numbers of the parameters.
    """

    __slots__ = ()

    @abstractmethod
    def _recorded_for_export(self) -> tuple[Tape, list[float], str]:
        """Return the tape, the current numbers of the parameters, and the function's name."""

    def to_c(self, name: str = "", *, weights: str = "argument", real: str = "double") -> str:
        """Return C99, also valid C++: value, gradient, and both over a batch of samples, in one file.

        Value and gradient have the same bits as a call with one sample, if compiled with the same libm and without
        contraction (`-ffp-contract=off`). The functions return 0, or the number of a guard that fails. Long programs
        are split into several functions, and equal steps, such as those of a layer's neurons, become loops.

        Parameters
        ----------
        name : str
            The name of the function.
        weights : {"argument", "baked"}
            Whether the parameters are an argument or replaced by their current numbers.
        real : {"double", "float"}
            The type of values and gradients. Functions of libm and local derivatives are computed in double.

        Raises
        ------
        ExportError
            For an op added by a user, for a guard that other languages can't test identically, and for a function that
            has not been called yet.

        Examples
        --------
        >>> import autograd as ag
        >>> x, w = ag.Value(2.0, label="x"), ag.Value(3.0, label="w")
        >>> "const real t0 = x * w;" in ag.compile(w * x, inputs=[x]).to_c("line")
        True
        """
        return export.to_c(*self._to_export("to_c", name, weights), real)

    def to_javascript(self, name: str = "", *, weights: str = "argument") -> str:
        """Return an ES module without imports; arguments and errors as for `to_c`.

        It exports a function and, with the suffix `_gradient`, one for value and gradient. They take arrays of numbers,
        and throw a `RangeError` if a guard fails.
        """
        return export.to_javascript(*self._to_export("to_javascript", name, weights))

    def to_numpy(self, name: str = "", *, weights: str = "argument") -> str:
        """Return a Python module that needs only numpy; arguments and errors as for `to_c`.

        It has a function and, with the suffix `_gradient`, one for values and gradients, over arrays with one entry per
        sample. They raise `ValueError` if a guard fails.
        """
        return export.to_numpy(*self._to_export("to_numpy", name, weights))

    def to_torch(self, name: str = "", *, weights: str = "argument") -> str:
        """Return a Python module that needs only torch; arguments and errors as for `to_c`.

        It has a function over tensors with one entry per sample, which torch differentiates to any order, using the
        derivatives of the op table. If a guard fails, the outputs are nan.
        """
        return export.to_torch(*self._to_export("to_torch", name, weights))

    def to_jax(self, name: str = "", *, weights: str = "argument") -> str:
        """Return a Python module that needs only JAX; arguments and errors as for `to_c`.

        It has a function over arrays with one entry per sample, which JAX transforms: `grad`, `jvp`, `vmap`, `jit`,
        in any combination. Its numbers are doubles if `jax_enable_x64` is set. If a guard fails, the outputs are nan.
        """
        return export.to_jax(*self._to_export("to_jax", name, weights))

    def _to_export(self, where: str, name: str, weights: str) -> tuple[Tape, str, list[float] | None]:
        if weights not in ("argument", "baked"):
            raise ValueError(f"{where}: weights must be 'argument' or 'baked', got {weights!r}")
        tape, numbers, default = self._recorded_for_export()
        return tape, name or default, numbers if weights == "baked" else None
