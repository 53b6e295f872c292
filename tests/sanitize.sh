#!/usr/bin/env bash
# Runs tests with the C code under AddressSanitizer and UndefinedBehaviorSanitizer: tests/sanitize.sh [pytest arguments]
# Any finding ends the run. Nodes are allocated one by one with malloc, so that each is watched; PYTHON and CC select the tools.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python}
cc=${CC:-gcc}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r autograd nn tests notebooks benchmarks docs setup.py pyproject.toml README.md "$scratch"
find "$scratch" -name "*.so" -delete
cd "$scratch"
CC=$cc SCALARGRAD_SANITIZE=1 SCALARGRAD_REQUIRE_C=1 "$python" -m pip wheel -q --no-deps -w wheel .
"$python" -m zipfile -e wheel/*.whl .
paths=(tests/engine/test_backends.py tests/engine/test_memory.py tests/engine/test_value.py tests/engine/test_backward.py tests/engine/test_graph.py tests/derivatives/test_hessian.py tests/derivatives/test_lifetimes.py tests/compiler tests/draw/test_collapse.py tests/nn/test_steps.py tests/nn/test_descent.py)
for argument in "$@"; do
    [[ $argument == -* ]] || paths=()
done
# Leaks are counted by tests/engine/test_memory.py: at exit the interpreter itself does not free all memory.
env AUTOGRAD_CORE=c AUTOGRAD_REQUIRE_C=1 PYTHONMALLOC=malloc PYTHONDONTWRITEBYTECODE=1 \
    LD_PRELOAD="$("$cc" -print-file-name=libasan.so) $("$cc" -print-file-name=libubsan.so)" \
    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
    "$python" -m pytest -p no:cacheprovider --capture=sys "${paths[@]}" "$@"
