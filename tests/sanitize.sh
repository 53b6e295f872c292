#!/usr/bin/env bash
# Runs tests with the C code under AddressSanitizer and UndefinedBehaviorSanitizer: tests/sanitize.sh [pytest arguments]
# Any finding ends the run. Nodes come from malloc one by one here, so that each is watched; PYTHON and CC choose tools.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python}
cc=${CC:-gcc}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r autograd nn tests notebooks benchmarks pyproject.toml README.md "$scratch"
rm -f "$scratch"/autograd/*.so "$scratch"/nn/*.so
include=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
for source in autograd/_*.c nn/_*.c; do
    parts=(autograd/csrc/"$(basename "${source%.c}" | cut -c2-)"_*.c) # of the same extension, where it has more files
    [[ -e ${parts[0]} ]] || parts=()
    "$cc" -O1 -g -ffp-contract=off -fno-math-errno -fno-omit-frame-pointer \
        -fsanitize=address,undefined -fno-sanitize-recover=undefined \
        -shared -fPIC -I"$include" "$source" "${parts[@]}" -lm -o "$scratch/${source%.c}$suffix"
done
cd "$scratch"
paths=(tests/test_twins.py tests/test_memory.py tests/test_value.py tests/test_backward.py tests/derivatives/test_second.py tests/derivatives/test_lifetimes.py tests/replay tests/nn/test_steps.py)
for argument in "$@"; do
    [[ $argument == -* ]] || paths=()
done
# Leaks are counted by tests/test_memory.py: at exit the interpreter itself leaves memory behind.
env AUTOGRAD_CORE=c AUTOGRAD_REQUIRE_C=1 PYTHONMALLOC=malloc PYTHONDONTWRITEBYTECODE=1 \
    LD_PRELOAD="$("$cc" -print-file-name=libasan.so) $("$cc" -print-file-name=libubsan.so)" \
    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
    "$python" -m pytest -p no:cacheprovider --capture=sys "${paths[@]}" "$@"
