/* Second derivatives of recorded graphs, as floats: Hessian-vector products, and whole Hessians. Part of module.c.

   The same method as in derivatives/hessian.py: forward over reverse, with as many directions as the sparsity
   pattern has colours. Sets of inputs are rows of bits. */

#pragma once

#include "forward.h"

typedef uint64_t Bits;

static const Bits ONE = 1;

static bool
takes_scalar(const char *who, PyObject *const *arguments, Py_ssize_t given)
{
    if (given == 3 && is_value(arguments[0]) && is_list_of_values(arguments[1])) {
        return true;
    }
    PyErr_Format(PyExc_TypeError, "%s: takes a Value, a list of Values and one argument more", who);
    return false;
}

static Outcome
build_second(Tape *tape, PyObject *output, PyObject *inputs)
{
    PyObject *outputs = PyList_New(1);
    if (outputs == NULL) {
        tape->memory = NULL;
        return BROKEN;
    }
    PyList_SET_ITEM(outputs, 0, Py_NewRef(output));
    Outcome outcome = build_moderate_tape(tape, outputs, inputs, true);
    Py_DECREF(outputs);
    return outcome;
}

static PyObject *
list_of_adjoints(const Tape *tape, Py_ssize_t count)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; i < count && list != NULL; i++) {
        Place place = tape->inputs[i];
        set_item(&list, i, PyFloat_FromDouble(place != NOWHERE ? tape->adjoints[place] : 0.0));
    }
    return list;
}

/* The product of the Hessian of a tape with a list of floats; the adjoints are the tape's. NULL with an exception. */
static PyObject *
product_on(const Tape *tape, PyObject *direction)
{
    Block block;
    if (!allocate_block(&block, tape, 1)) {
        return NULL;
    }
    memset(block.moves, 0, tape->count * sizeof(Lanes));
    memset(block.adjoint_moves, 0, tape->count * sizeof(Lanes));
    const Py_ssize_t count = PyList_GET_SIZE(direction);
    for (Py_ssize_t i = 0; i < count; i++) {
        seed(&block, block.rows, block.moves, tape->inputs[i], 0, PyFloat_AS_DOUBLE(PyList_GET_ITEM(direction, i)));
    }
    push_block(&block);
    pull_block(&block, NULL, 0);
    PyObject *product = list_of_lane(&block, block.adjoint_tangents, block.adjoint_moves, tape->inputs, count, 0);
    PyMem_Free(block.memory);
    return product;
}

PyDoc_STRVAR(products_doc,
"_products(output, inputs, direction, /)\n--\n\n"
"Return the gradient and the product of the Hessian with a list of floats, as lists; None if Python has to do it.");

static PyObject *
function_products(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes_scalar("_products", arguments, given)) {
        return NULL;
    }
    Py_ssize_t count = PyList_GET_SIZE(arguments[1]);
    if (!is_list_of_floats(arguments[2], count)) {
        Py_RETURN_NONE;
    }
    Tape tape;
    Outcome outcome = build_second(&tape, arguments[0], arguments[1]);
    PyObject *result = NULL;
    if (outcome == BUILT) {
        PyObject *gradient = list_of_adjoints(&tape, count);
        PyObject *product = gradient != NULL ? product_on(&tape, arguments[2]) : NULL;
        result = product != NULL ? PyTuple_Pack(2, gradient, product) : NULL;
        Py_XDECREF(gradient);
        Py_XDECREF(product);
    }
    PyMem_Free(tape.memory);
    return result != NULL || PyErr_Occurred() ? result : none_if_unfit(outcome);
}

static bool
all_finite(PyObject *floats)
{
    bool finite = true;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(floats); i++) {
        finite &= isfinite(PyFloat_AS_DOUBLE(PyList_GET_ITEM(floats, i))) != 0;
    }
    return finite;
}

PyDoc_STRVAR(product_alone_doc,
"_product_alone(output, inputs, direction, /)\n--\n\n"
"Return the product of the Hessian with a list of floats; None if Python has to do it, if the output depends on other\n"
"leaves too, or if a number isn't finite.");

static PyObject *
function_product_alone(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes_scalar("_product_alone", arguments, given)) {
        return NULL;
    }
    if (!is_list_of_floats(arguments[2], PyList_GET_SIZE(arguments[1]))) {
        Py_RETURN_NONE;
    }
    Tape tape;
    Outcome outcome = build_second(&tape, arguments[0], arguments[1]);
    outcome = outcome == BUILT && tape.others ? UNFIT : outcome;
    PyObject *product = outcome == BUILT ? product_on(&tape, arguments[2]) : NULL;
    PyMem_Free(tape.memory);
    if (product != NULL && !all_finite(product)) {
        Py_SETREF(product, Py_NewRef(Py_None));
    }
    return product != NULL || PyErr_Occurred() ? product : none_if_unfit(outcome);
}


/* Sparsity */

typedef struct {
    size_t n, words;  /* inputs; words of a set of them */
    Bits *rows;       /* for each input those with which its second derivative may be non-zero */
    Bits *heavy;      /* the nearly full rows, whose columns have separate colours */
    size_t *colours;  /* of each column */
    size_t count;     /* of colours */
    bool dense;       /* every column has its own */
    void *memory;
} Pattern;

static inline bool
has(const Bits *set, size_t member)
{
    return set[member / 64] >> member % 64 & 1;
}

static inline void
put(Bits *set, size_t member)
{
    set[member / 64] |= ONE << member % 64;
}

/* The number of 1 bits: summed in pairs, fours and eights, and the bytes by one product. */
static inline size_t
bits_in(Bits word)
{
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (size_t)(word * 0x0101010101010101 >> 56);
}

static size_t
size_of(const Bits *set, size_t words)
{
    size_t members = 0;
    for (size_t w = 0; w < words; w++) {
        members += bits_in(set[w]);
    }
    return members;
}

/* The next member at or after `from`, or n. */
static size_t
next_member(const Bits *set, size_t n, size_t from)
{
    for (size_t w = from / 64; w * 64 < n; w++) {
        Bits rest = w == from / 64 ? set[w] >> from % 64 << from % 64 : set[w];
        if (rest != 0) {
            return w * 64 + bits_in((rest & -rest) - 1);
        }
    }
    return n;
}

/* Each input of the first set is combined with all of the other; full rows are skipped. */
static void
mix(Pattern *pattern, Bits *full, const Bits *first, const Bits *other)
{
    for (size_t i = next_member(first, pattern->n, 0); i < pattern->n; i = next_member(first, pattern->n, i + 1)) {
        if (!has(full, i)) {
            Bits *row = pattern->rows + i * pattern->words;
            for (size_t w = 0; w < pattern->words; w++) {
                row[w] |= other[w];
            }
            if (size_of(row, pattern->words) == pattern->n) {
                put(full, i);
            }
        }
    }
}

static bool
is_within(const Bits *set, const Bits *other, size_t words)
{
    bool within = true;
    for (size_t w = 0; w < words && within; w++) {
        within = (set[w] & ~other[w]) == 0;
    }
    return within;
}

/* From the root down: a loss mixes everything there, which settles the rest. `below` has a set for each node, and
   one more. */
static void
find_rows(Pattern *pattern, const Tape *tape, Bits *below)
{
    size_t words = pattern->words;
    Bits *full = below + tape->count * words;
    for (size_t i = 0; i < pattern->n; i++) {
        if (tape->inputs[i] != NOWHERE) {
            put(below + tape->inputs[i] * words, i);
        }
    }
    for (size_t p = tape->count; p-- > 0;) {
        for (size_t s = tape->first_slope[p]; s < tape->first_slope[p + 1]; s++) {
            const Bits *set = below + tape->slopes[s].parent * words;
            for (size_t w = 0; w < words; w++) {
                below[p * words + w] |= set[w];
            }
        }
    }
    for (size_t p = 0; p < tape->count; p++) {
        if (is_within(below + p * words, full, words)) {
            continue;
        }
        if (tape->softmax[p].is) {
            mix(pattern, full, below + p * words, below + p * words);
        }
        for (size_t c = tape->first_coupling[p]; c < tape->first_coupling[p + 1]; c++) {
            const Bits *a = below + tape->couplings[c].a * words, *b = below + tape->couplings[c].b * words;
            mix(pattern, full, a, b);
            if (a != b) {
                mix(pattern, full, b, a);
            }
        }
    }
}

static void
find_heavy(Pattern *pattern)
{
    size_t found = 0;
    for (size_t i = 0; i < pattern->n; i++) {
        size_t members = size_of(pattern->rows + i * pattern->words, pattern->words);
        if (members > 16 && members * members > 16 * pattern->n) {
            put(pattern->heavy, i);
            pattern->colours[i] = found++;
        }
    }
    pattern->count = found;
    pattern->dense = 2 * found > pattern->n;
}

/* Greedy: columns that share no row get one colour. `near` is a set, `groups` holds one for each column. */
static void
find_colours(Pattern *pattern, Bits *near, Bits *groups)
{
    size_t n = pattern->n, words = pattern->words, used = 0, heavy = pattern->count;
    for (size_t i = 0; i < n; i++) {
        const Bits *row = pattern->rows + i * words;
        if (has(pattern->heavy, i)) {
            continue;
        }
        memset(near, 0, words * sizeof(Bits));
        for (size_t j = next_member(row, n, 0); j < n; j = next_member(row, n, j + 1)) {
            for (size_t w = 0; w < words && !has(pattern->heavy, j); w++) {
                near[w] |= pattern->rows[j * words + w];
            }
        }
        size_t colour = 0;
        for (bool taken = true; colour < used && taken; colour += taken) {
            taken = false;
            for (size_t w = 0; w < words && !taken; w++) {
                taken = groups[colour * words + w] & near[w];
            }
        }
        used = colour == used ? used + 1 : used;
        put(groups + colour * words, i);
        pattern->colours[i] = heavy + colour;
    }
    pattern->count = heavy + used;
}

static bool
find_pattern(Pattern *pattern, const Tape *tape, size_t n)
{
    size_t words = (n + 63) / 64, sets = n + 2;
    *pattern = (Pattern){.n = n, .words = words};
    pattern->memory = PyMem_Calloc(sets * words * sizeof(Bits) + n * sizeof(size_t) + 1, 1);
    Bits *spare = PyMem_Calloc((tape->count > n ? tape->count + 1 : n + 1) * words + 1, sizeof(Bits));
    if (pattern->memory == NULL || spare == NULL) {
        PyMem_Free(spare);
        PyErr_NoMemory();
        return false;
    }
    pattern->rows = pattern->memory;
    pattern->heavy = pattern->rows + n * words;
    pattern->colours = (size_t *)(pattern->rows + sets * words);
    find_rows(pattern, tape, spare);
    find_heavy(pattern);
    if (!pattern->dense) {
        memset(spare, 0, n * words * sizeof(Bits));
        find_colours(pattern, pattern->heavy + words, spare);
    }
    else {
        for (size_t i = 0; i < n; i++) {
            pattern->colours[i] = i;
        }
        pattern->count = n;
    }
    PyMem_Free(spare);
    return true;
}


/* Whole Hessians */

/* For each node the highest input below it. */
static void
find_highest(const Tape *tape, size_t n, Place *highest)
{
    memset(highest, 0, tape->count * sizeof(Place));
    for (size_t i = 0; i < n; i++) {
        if (tape->inputs[i] != NOWHERE) {
            highest[tape->inputs[i]] = (Place)i;
        }
    }
    for (size_t p = tape->count; p-- > 0;) {
        for (size_t s = tape->first_slope[p]; s < tape->first_slope[p + 1]; s++) {
            Place parent = tape->slopes[s].parent;
            highest[p] = highest[parent] > highest[p] ? highest[parent] : highest[p];
        }
    }
}

/* compressed: n rows with a number for each colour, the products with the sum of its columns. For a
   dense pattern only the lower half, in whole blocks. */
static bool
compress_all(const Tape *tape, const Pattern *pattern, Place *highest, double *compressed)
{
    Block block;
    if (!allocate_block(&block, tape, pattern->count)) {
        return false;
    }
    bool fine = true;
    for (size_t first = 0; first < pattern->count && fine; first += (size_t)block.lanes) {
        size_t width = pattern->count - first < (size_t)block.lanes ? pattern->count - first : (size_t)block.lanes;
        fine = clear_block(&block);
        for (size_t i = pattern->dense ? first : 0; i < (pattern->dense ? first + width : pattern->n); i++) {
            if (pattern->colours[i] - first < width) {
                seed(&block, block.rows, block.moves, tape->inputs[i], (int)(pattern->colours[i] - first), 1.0);
            }
        }
        push_block(&block);
        pull_block(&block, pattern->dense ? highest : NULL, (Place)first);
        for (size_t i = pattern->dense ? first : 0; i < pattern->n; i++) {
            Place place = tape->inputs[i];
            if (place != NOWHERE && block.adjoint_moves[place]) {
                memcpy(compressed + i * pattern->count + first, block.adjoint_tangents + (size_t)place * (size_t)block.lanes,
                       width * sizeof(double));
            }
        }
    }
    PyMem_Free(block.memory);
    return fine;
}

/* Copy the lower half of a full matrix to the upper one, in tiles that fit in the cache; return whether all are finite. */
static bool
mirror(double *matrix, size_t n)
{
    enum { TILE = 16 };
    bool finite = true;
    for (size_t top = 0; top < n; top += TILE) {
        for (size_t left = 0; left <= top; left += TILE) {
            for (size_t i = top; i < n && i < top + TILE; i++) {
                double rest = 0.0; /* nan from the first inf or nan on */
                for (size_t j = left; j <= i && j < left + TILE; j++) {
                    matrix[j * n + i] = matrix[i * n + j];
                    rest += matrix[i * n + j] * 0.0;
                }
                finite &= rest == 0.0;
            }
        }
    }
    return finite;
}

/* The matrix from products with sums of columns; returns whether all numbers are finite. */
static bool
recover(const Pattern *pattern, const double *compressed, double *matrix)
{
    size_t n = pattern->n, colours = pattern->count;
    bool finite = true;
    for (size_t i = 0; i < n; i++) {
        const Bits *row = pattern->rows + i * pattern->words;
        for (size_t j = next_member(row, n, i); j < n; j = next_member(row, n, j + 1)) {
            bool by_column = has(pattern->heavy, i);
            double number = by_column ? compressed[j * colours + pattern->colours[i]] : compressed[i * colours + pattern->colours[j]];
            matrix[i * n + j] = matrix[j * n + i] = number;
            finite &= isfinite(number) != 0;
        }
    }
    return finite;
}

/* `matrix` is all zeros. False with an exception. */
static bool
fill_hessian(const Tape *tape, size_t n, double *matrix, bool *finite)
{
    Pattern pattern;
    bool fine = find_pattern(&pattern, tape, n);
    Place *highest = fine ? PyMem_Malloc(tape->count * sizeof(Place) + 1) : NULL;
    double *compressed = fine && !pattern.dense ? PyMem_Calloc(n * pattern.count + 1, sizeof(double)) : matrix;
    if (fine && (highest == NULL || compressed == NULL)) {
        PyErr_NoMemory();
        fine = false;
    }
    if (fine) {
        find_highest(tape, n, highest);
        fine = compress_all(tape, &pattern, highest, compressed);
    }
    if (fine && pattern.dense) {
        *finite = mirror(matrix, n);
    }
    else if (fine) {
        *finite = recover(&pattern, compressed, matrix);
    }
    if (compressed != matrix) {
        PyMem_Free(compressed);
    }
    PyMem_Free(highest);
    PyMem_Free(pattern.memory);
    return fine;
}

/* n rows of n zeros, which are one object. */
static PyObject *
rows_of_zeros(Py_ssize_t n)
{
    PyObject *rows = PyList_New(n), *zero = PyFloat_FromDouble(0.0);
    bool fine = rows != NULL && zero != NULL;
    for (Py_ssize_t i = 0; i < n && fine; i++) {
        PyObject *row = PyList_New(n);
        fine = row != NULL;
        for (Py_ssize_t j = 0; j < n && fine; j++) {
            PyList_SET_ITEM(row, j, Py_NewRef(zero));
        }
        if (fine) {
            PyList_SET_ITEM(rows, i, row);
        }
    }
    Py_XDECREF(zero);
    if (!fine) {
        Py_CLEAR(rows);
    }
    return rows;
}

static void
replace_entry(PyObject *rows, Py_ssize_t i, Py_ssize_t j, PyObject *entry)
{
    PyObject *row = PyList_GET_ITEM(rows, i), *zero = PyList_GET_ITEM(row, j);
    PyList_SET_ITEM(row, j, Py_NewRef(entry));
    Py_DECREF(zero);
}

static bool
replace_entries(PyObject *rows, Py_ssize_t i, Py_ssize_t j, double number)
{
    PyObject *entry = PyFloat_FromDouble(number);
    if (entry == NULL) {
        return false;
    }
    replace_entry(rows, i, j, entry);
    if (i != j) {
        replace_entry(rows, j, i, entry);
    }
    Py_DECREF(entry);
    return true;
}

/* Lists of floats, filled in tiles that fit in the cache; an entry and its mirror image are one object. */
static PyObject *
rows_of_symmetric(const double *matrix, Py_ssize_t n)
{
    enum { TILE = 16 };
    PyObject *rows = rows_of_zeros(n);
    for (Py_ssize_t tile = 0, tiles = (n + TILE - 1) / TILE; tile < tiles * tiles && rows != NULL; tile++) {
        Py_ssize_t top = tile / tiles * TILE, left = tile % tiles * TILE;
        for (Py_ssize_t i = top; i < n && i < top + TILE && rows != NULL; i++) {
            for (Py_ssize_t j = left > i ? left : i; j < n && j < left + TILE; j++) {
                double number = matrix[i * n + j];
                if (number != 0.0 && !replace_entries(rows, i, j, number)) {
                    Py_CLEAR(rows);
                    break;
                }
            }
        }
    }
    return rows;
}

PyDoc_STRVAR(hessian_doc,
"_hessian(output, inputs, into, /)\n--\n\n"
"Return the matrix of second derivatives as lists of floats, exactly symmetric; None if Python has to do it, False if\n"
"a number isn't finite. If `into` isn't None it is a buffer of n·n zeros in double precision, which is filled; then the\n"
"result is True.");

static PyObject *
function_hessian(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t given)
{
    if (!takes_scalar("_hessian", arguments, given)) {
        return NULL;
    }
    Py_ssize_t n = PyList_GET_SIZE(arguments[1]);
    bool lists = arguments[2] == Py_None;
    Py_buffer into = {0};
    if (!lists && PyObject_GetBuffer(arguments[2], &into, PyBUF_WRITABLE | PyBUF_C_CONTIGUOUS) < 0) {
        return NULL;
    }
    if (!lists && (into.len / (Py_ssize_t)sizeof(double) != n * n || into.len % (Py_ssize_t)sizeof(double) != 0)) {
        PyBuffer_Release(&into);
        return PyErr_Format(PyExc_ValueError, "_hessian: the buffer must have room for %zd numbers", n * n);
    }
    Tape tape;
    Outcome outcome = build_second(&tape, arguments[0], arguments[1]);
    PyObject *result = NULL;
    if (outcome == BUILT) {
        double *matrix = lists ? PyMem_Calloc((size_t)n * (size_t)n + 1, sizeof(double)) : into.buf;
        bool finite;
        if (matrix == NULL) {
            PyErr_NoMemory();
        }
        else if (fill_hessian(&tape, (size_t)n, matrix, &finite)) {
            result = lists && finite ? rows_of_symmetric(matrix, n) : PyBool_FromLong(finite);
        }
        if (lists) {
            PyMem_Free(matrix);
        }
    }
    if (!lists) {
        PyBuffer_Release(&into);
    }
    PyMem_Free(tape.memory);
    return result != NULL || PyErr_Occurred() ? result : none_if_unfit(outcome);
}
