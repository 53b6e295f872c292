"""Export to other languages, for programs and compiled functions alike."""

from __future__ import annotations

from abc import abstractmethod

from autograd.compiler import export
from autograd.compiler.record.tape import Tape

__all__ = ["Exportable"]


class Exportable:
    """Something that can be written as source in other languages.

    Every method takes `name`, that of the function that is written, by default the recorded function's own or
    "program"; and `weights`: "argument", or "baked" to write in the present numbers of the parameters.
    """

    __slots__ = ()

    @abstractmethod
    def _recorded_for_export(self) -> tuple[Tape, list[float], str]:
        """Return the tape, the present numbers of the parameters, and what the function is called."""

    def to_c(self, name: str = "", *, weights: str = "argument", real: str = "double") -> str:
        """Return C99 that is C++ too: value, gradient, and both over a batch of samples, in one file.

        Value and gradient have the bits of a call with one sample, if compiled with the same libm and without
        contraction (`-ffp-contract=off`). The functions return 0, or the number of a guard that fails. Longer programs
        are split among several functions, and equal steps, such as those of a layer's neurons, become loops.

        Parameters
        ----------
        name : str
            Of the function.
        weights : {"argument", "baked"}
            Whether the parameters are an argument or their present numbers are written in.
        real : {"double", "float"}
            Type of values and gradients. Functions of libm and local derivatives are computed in double.

        Raises
        ------
        ExportError
            For an op added by a user, for a guard that other languages can't test alike, and for a function that was
            not called yet.

        Examples
        --------
        >>> import autograd as ag
        >>> x, w = ag.Value(2.0, label="x"), ag.Value(3.0, label="w")
        >>> "const real t0 = x * w;" in ag.compile(w * x, inputs=[x]).to_c("line")
        True
        """
        return export.to_c(*self._to_export("to_c", name, weights), real)

    def to_javascript(self, name: str = "", *, weights: str = "argument") -> str:
        """Return an ES module without imports; arguments and errors as of `to_c`.

        It exports a function and, with `_gradient` after its name, one for value and gradient. They take arrays of
        numbers, and throw a `RangeError` where a guard fails.
        """
        return export.to_javascript(*self._to_export("to_javascript", name, weights))

    def to_numpy(self, name: str = "", *, weights: str = "argument") -> str:
        """Return a Python module that needs numpy alone; arguments and errors as of `to_c`.

        It has a function and, with `_gradient` after its name, one for values and gradients, over arrays with one entry
        per sample. They raise `ValueError` where a guard fails.
        """
        return export.to_numpy(*self._to_export("to_numpy", name, weights))

    def to_torch(self, name: str = "", *, weights: str = "argument") -> str:
        """Return a Python module that needs torch alone; arguments and errors as of `to_c`.

        It has a function over tensors with one entry per sample, which torch differentiates, to any order, by the
        derivatives of the op table. Where a guard fails, the outputs are nan.
        """
        return export.to_torch(*self._to_export("to_torch", name, weights))

    def to_jax(self, name: str = "", *, weights: str = "argument") -> str:
        """Return a Python module that needs JAX alone; arguments and errors as of `to_c`.

        It has a function over arrays with one entry per sample, which JAX transforms: `grad`, `jvp`, `vmap`, `jit`,
        nested as one likes. Its numbers are doubles where `jax_enable_x64` is set. Where a guard fails, the outputs are
        nan.
        """
        return export.to_jax(*self._to_export("to_jax", name, weights))

    def _to_export(self, where: str, name: str, weights: str) -> tuple[Tape, str, list[float] | None]:
        if weights not in ("argument", "baked"):
            raise ValueError(f"{where}: weights must be 'argument' or 'baked', got {weights!r}")
        tape, numbers, default = self._recorded_for_export()
        return tape, name or default, numbers if weights == "baked" else None
