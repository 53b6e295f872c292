"""Build the optional C extensions; everything else is in pyproject.toml.

A machine without a compiler gets Python and a warning. `SCALARGRAD_REQUIRE_C=1` makes that a failure, as CI
wants it; `SCALARGRAD_PURE=1` builds the wheel without C that runs anywhere, Pyodide included;
`SCALARGRAD_SANITIZE=1` builds in what tests/sanitize.sh needs.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from glob import glob
from itertools import chain
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


def wanted(variable: str) -> bool:
    return os.environ.get(variable, "") not in ("", "0")


REQUIRED = wanted("SCALARGRAD_REQUIRE_C")


def headers(*folders: str) -> list[str]:
    return sorted(path for folder in folders for path in glob(f"autograd/csrc/{folder}/*.h"))


# Equal to Python bit for bit: no contraction to fused multiply-add, no -ffast-math.
FLAGS = {
    "unix": [
        "-O2",
        "-ffp-contract=off",
        "-fno-math-errno",
        "-g0",
        "-Wall",
        "-Wextra",
        "-Wno-unused-parameter",
        "-Wno-missing-field-initializers",
        "-Wno-cast-function-type",
    ],
    "msvc": ["/O2", "/fp:precise", "/std:c11"],
}

# Loops of unknown length are vectorised from -O3 on only.
# Without traps, both sides of a conditional may be computed.
VECTORISED = ["-O3", "-fno-trapping-math"] if os.name == "posix" else []

SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]

# Named although Python links them too: glibc's vector functions come with libm, and only for libraries that link it.
LIBRARIES = ["m", "pthread"] if os.name == "posix" else []
EXTENSIONS = [
    Extension(
        "autograd.engine._value",
        ["autograd/csrc/value/module.c"],
        depends=headers("generated", "value"),
        libraries=LIBRARIES,
        optional=not REQUIRED,
    ),
    Extension(
        "autograd.compiler.run._replay",
        sorted(glob("autograd/csrc/run/*.c")),
        depends=headers("generated", "plan", "run"),
        libraries=LIBRARIES,
        extra_compile_args=VECTORISED,
        optional=not REQUIRED,
    ),
    Extension(
        "autograd.compiler.plan._plan",
        ["autograd/csrc/plan/module.c"],
        depends=headers("generated", "plan"),
        libraries=LIBRARIES,
        optional=not REQUIRED,
    ),
    Extension(
        "nn._common._steps",
        ["nn/_common/_steps.c"],
        depends=["nn/_common/_steps.h", "autograd/csrc/run/step.h"],
        libraries=LIBRARIES,
        extra_compile_args=VECTORISED,
        optional=not REQUIRED,
    ),
]

LOST = {
    "autograd.engine._value": "C core was not built: {reason}\nEverything works with the Python core and gives the "
    "same results, but building graphs and running\nbackward() is many times slower.",
    "autograd.compiler.run._replay": "C kernel for compiled graphs was not built: {reason}\n"
    "Compiled graphs run on numpy, slower.",
    "autograd.compiler.plan._plan": "C planner of compiled graphs was not built: {reason}\n"
    "Compiled graphs run on numpy, slower.",
    "nn._common._steps": "C loops of optimisers were not built: {reason}\nOptimiser steps run in Python, slower.",
}

WARNING = """
*********************************************************************************************************
WARNING: scalargrad's {lost}
Install a C compiler (Debian: apt install gcc python3-dev; Fedora: dnf install gcc python3-devel;
macOS: xcode-select --install; Windows: Visual Studio Build Tools), then install scalargrad again.
`python -m autograd --version` names the core in use.
*********************************************************************************************************
"""


def compile_in_parallel(compile: Any, workers: int, sources: list[str], **options: Any) -> list[str]:
    """Compile the sources of an extension side by side: distutils does so with extensions only."""
    with ThreadPoolExecutor(workers) as pool:
        return list(chain.from_iterable(pool.map(lambda source: compile([source], **options), sources)))


class BuildOptionalExtensions(build_ext):
    """Builds what can be built in C, on all processors, and says what is lost of what can't."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def build_extensions(self) -> None:
        self.compiler.compile = partial(compile_in_parallel, self.compiler.compile, self.parallel)
        super().build_extensions()

    def build_extension(self, ext: Extension) -> None:
        flags = FLAGS.get(self.compiler.compiler_type, FLAGS["unix"])
        ext.extra_compile_args = [*flags, *ext.extra_compile_args]
        if wanted("SCALARGRAD_SANITIZE"):
            ext.extra_compile_args += ["-O1", "-g", "-fno-omit-frame-pointer", *SANITIZERS]
            ext.extra_link_args = SANITIZERS
        try:
            super().build_extension(ext)
        except Exception as error:  # a broken compiler fails in ways that no list of types covers
            if REQUIRED:
                raise
            print(WARNING.format(lost=LOST[ext.name].format(reason=error)), file=sys.stderr, flush=True)


setup(
    ext_modules=[] if wanted("SCALARGRAD_PURE") else EXTENSIONS,
    cmdclass={"build_ext": BuildOptionalExtensions},
)
