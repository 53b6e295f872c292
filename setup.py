"""List the packages and build the optional C core `autograd._value`; everything else is in pyproject.toml.

A machine without a compiler gets the Python core and a warning. `SCALARGRAD_REQUIRE_C=1` makes that a failure, as CI
wants it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

SOURCE = Path("autograd") / "_value.c"
REQUIRED = os.environ.get("SCALARGRAD_REQUIRE_C", "") not in ("", "0")

# Equal to the Python core bit for bit: no contraction to fused multiply-add, nothing of -ffast-math.
FLAGS = {
    "unix": [
        "-O2",
        "-ffp-contract=off",
        "-fno-math-errno",
        "-Wall",
        "-Wextra",
        "-Wno-unused-parameter",
        "-Wno-missing-field-initializers",
        "-Wno-cast-function-type",
    ],
    "msvc": ["/O2", "/fp:precise", "/std:c11"],
}

WARNING = """
*********************************************************************************************************
WARNING: scalargrad's C core was not built: {reason}
Everything works with the Python core and gives the same results, but building graphs and running
backward() is many times slower. Install a C compiler (Debian: apt install gcc python3-dev; Fedora: dnf
install gcc python3-devel; macOS: xcode-select --install; Windows: Visual Studio Build Tools), then install
scalargrad again. `python -m autograd --version` names the core in use.
*********************************************************************************************************
"""


class BuildOptionalCore(build_ext):
    """Builds the C core where it can be built, and says what is lost where it can't."""

    def run(self) -> None:
        self.attempt(super().run)

    def build_extension(self, ext: Extension) -> None:
        flags = FLAGS.get(self.compiler.compiler_type, FLAGS["unix"])
        ext.extra_compile_args = [*flags, *ext.extra_compile_args]
        self.attempt(lambda: super(BuildOptionalCore, self).build_extension(ext))

    def attempt(self, build: object) -> None:
        try:
            build()  # type: ignore[operator]
        except Exception as error:  # a broken compiler fails in ways that no list of types covers
            if REQUIRED:
                raise
            print(WARNING.format(reason=error), file=sys.stderr, flush=True)


core = Extension("autograd._value", [SOURCE.as_posix()], depends=["autograd/_ops.h"], optional=not REQUIRED)
replay = Extension(
    "autograd._replay",
    ["autograd/_replay.c"],
    depends=["autograd/_ops.h", "autograd/_replay_blocks.h"],
    # Vectorised loops; what traps is never looked at. libm brings the vector library along.
    extra_compile_args=["-O3", "-fno-trapping-math", "-pthread"],
    extra_link_args=["-pthread"],
    libraries=["m"],
    optional=not REQUIRED,
)
setup(
    # The worksheets live beside the notebooks and ship as a folder of the package, which has only data in it.
    packages=[*find_packages(include=["autograd", "autograd.*", "nn", "nn.*"]), "autograd.worksheets"],
    package_dir={"autograd.worksheets": "notebooks/worksheets"},
    ext_modules=[core, replay] if SOURCE.exists() else [],
    cmdclass={"build_ext": BuildOptionalCore},
)
