/* Arguments: the rows' names and parameters, numbers, and error messages. Part of module.c. */

#pragma once

#include "node.h"

/* Error messages, and Python that both backends share */

#define SELF_AND_NOTHING PyObject *self, PyObject *Py_UNUSED(ignored)
#define VECTOR PyObject *const *arguments, Py_ssize_t count, PyObject *keywords

/* repr and type of an object, as `'abc' (str)`. */
static PyObject *
shown(PyObject *object)
{
    enum { WIDTH = 50 };
    PyObject *text = PyObject_Repr(object), *type = NULL, *result = NULL;
    const char *ellipsis = "";
    if (text != NULL && PyUnicode_GET_LENGTH(text) > WIDTH) {
        Py_SETREF(text, PyUnicode_Substring(text, 0, WIDTH - 1));
        ellipsis = "…";
    }
    if (text != NULL && (type = PyObject_GetAttrString((PyObject *)Py_TYPE(object), "__name__")) != NULL) {
        result = PyUnicode_FromFormat("%U%s (%U)", text, ellipsis, type);
    }
    Py_XDECREF(text);
    Py_XDECREF(type);
    return result;
}

/* Raise `kind` with text and what was given; the result is NULL. */
static COLD void *
complain(PyObject *kind, const char *where, const char *what, PyObject *given)
{
    PyObject *text = shown(given);
    if (text != NULL) {
        PyErr_Format(kind, "%s%s, got %U", where, what, text);
        Py_DECREF(text);
    }
    return NULL;
}

/* Call a function of a module of this package, which is imported already or may be imported here. */
static PyObject *
call_python(const char *module_name, const char *function, PyObject *first, PyObject *second)
{
    PyObject *result = NULL, *module = PyImport_ImportModule(module_name);
    if (module != NULL) {
        PyObject *callable = PyObject_GetAttrString(module, function);
        result = callable != NULL ? PyObject_CallFunctionObjArgs(callable, first, second, NULL) : NULL;
        Py_XDECREF(callable);
        Py_DECREF(module);
    }
    return result;
}

/* Raise TypeError for an object that isn't a single number, with advice if it holds several. */
static COLD void
complain_of_number(const char *where, const char *what, PyObject *given)
{
    PyObject *text = call_python("autograd._common.numbers", "not_a_number", given, NULL);
    if (text != NULL) {
        PyErr_Format(PyExc_TypeError, "%s%s, got %U", where, what, text);
        Py_DECREF(text);
    }
}


/* The rows, and arguments by position and name */

#define UNPACK(...) __VA_ARGS__
#define ROW(NAME, PARAMETERS, DEFAULT, METHOD, FUNCTION, DOC) \
    [OP_##NAME] = {#NAME, {UNPACK PARAMETERS}, DEFAULT, NULL, NULL},
#define N_ARY_OPS(X) X(sum, ("values"), NAN) X(mean, ("values"), NAN) X(logsumexp, ("values"), NAN) \
    X(dot, ("ws", "xs", "bias"), 0.0)
#define N_ARY_ROW(NAME, PARAMETERS, DEFAULT) ROW(NAME, PARAMETERS, DEFAULT, , , )

enum { MOST_PARAMETERS = 5 };

typedef struct {
    const char *name;
    const char *parameters[MOST_PARAMETERS];
    double default_of_last; /* nan if there is none */
    PyObject *name_object;
    PyObject *default_object;
} Row;

static Row rows[OPS_COUNT] = {
    UNARY_OPS(ROW) BINARY_OPS(ROW) TERNARY_OPS(ROW) N_ARY_OPS(N_ARY_ROW)
};

static PyObject *table; /* autograd.ops.TABLE, which includes added ops */

/* The name of a parameter without a positional argument, at or after `position`. */
static bool
is_parameter(const Row *row, Py_ssize_t position, PyObject *name)
{
    for (; position < MOST_PARAMETERS && row->parameters[position] != NULL; position++) {
        if (PyUnicode_CompareWithASCIIString(name, row->parameters[position]) == 0) {
            return true;
        }
    }
    return false;
}

static bool
append(PyObject **text, PyObject *word)
{
    if (word != NULL) {
        Py_SETREF(*text, PyUnicode_FromFormat("%U%s%U", *text, PyUnicode_GET_LENGTH(*text) > 0 ? ", " : "", word));
        Py_DECREF(word);
    }
    return word != NULL && *text != NULL;
}

/* Raise the TypeError of a call whose arguments don't match a row's operands. */
static COLD bool
misfit(const Row *row, PyObject *self, VECTOR)
{
    PyObject *takes = PyUnicode_FromString(""), *got = PyUnicode_FromString("");
    bool fine = takes != NULL && got != NULL && (self == NULL || append(&got, shown(self)));
    for (int i = 0; fine && i < MOST_PARAMETERS && row->parameters[i] != NULL; i++) {
        fine = append(&takes, PyUnicode_FromString(row->parameters[i]));
    }
    for (Py_ssize_t i = 0; fine && i < count; i++) {
        fine = append(&got, shown(arguments[i]));
    }
    for (Py_ssize_t i = 0; fine && keywords != NULL && i < PyTuple_GET_SIZE(keywords); i++) {
        PyObject *name = PyTuple_GET_ITEM(keywords, i);
        fine = is_parameter(row, count + (self != NULL), name) || append(&got, Py_NewRef(name));
    }
    if (fine) {
        PyErr_Format(PyExc_TypeError, "%s: takes (%U), got (%U)", row->name, takes, got);
    }
    Py_XDECREF(takes);
    Py_XDECREF(got);
    return false;
}

/* Order the arguments of a function, or of a method after its self: borrowed references. */
static COLD bool
bind_names(const Row *row, PyObject **operands, PyObject *self, VECTOR)
{
    Py_ssize_t parameters = 0, given = 0, named = keywords != NULL ? PyTuple_GET_SIZE(keywords) : 0, used = 0;
    while (parameters < MOST_PARAMETERS && row->parameters[parameters] != NULL) {
        operands[parameters++] = NULL;
    }
    if (self != NULL) {
        operands[given++] = self;
    }
    if (given + count > parameters) {
        return misfit(row, self, arguments, count, keywords);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        operands[given++] = arguments[i];
    }
    for (Py_ssize_t position = given; position < parameters; position++) {
        for (Py_ssize_t i = 0; i < named; i++) {
            if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keywords, i), row->parameters[position]) == 0) {
                operands[position] = arguments[count + i];
                used++;
            }
        }
        if (operands[position] == NULL && position == parameters - 1) {
            operands[position] = row->default_object;
        }
        if (operands[position] == NULL) {
            return misfit(row, self, arguments, count, keywords);
        }
    }
    return used == named || misfit(row, self, arguments, count, keywords);
}

static inline bool
bind(const Row *row, int parameters, PyObject **operands, PyObject *self, VECTOR)
{
    int given = self != NULL;
    if (unlikely(keywords != NULL || given + count != parameters)) {
        return bind_names(row, operands, self, arguments, count, keywords);
    }
    operands[0] = self;
    for (int i = given; i < parameters; i++) {
        operands[i] = arguments[i - given];
    }
    return true;
}


/* Conversion of numbers */

typedef enum { FAILED, NUMBER, VALUE } Kind;

/* Types found to be of numbers, the latest first: static ones without a length, as NumPy's scalars have. Python can't change
   these, and one such object is a number if another of its type is. */
enum { NUMBER_TYPES = 8 };
static PyTypeObject *number_types[NUMBER_TYPES];

static bool
is_number_type(const PyTypeObject *type)
{
    int i = 0;
    while (i < NUMBER_TYPES && number_types[i] != type) {
        i++;
    }
    return i < NUMBER_TYPES;
}

static COLD void
remember_number_type(PyTypeObject *type)
{
    const PySequenceMethods *sequence = type->tp_as_sequence;
    const PyMappingMethods *mapping = type->tp_as_mapping;
    bool sized = (sequence != NULL && sequence->sq_length != NULL) || (mapping != NULL && mapping->mp_length != NULL);
    if (!sized && !(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
        memmove(number_types + 1, number_types, (NUMBER_TYPES - 1) * sizeof *number_types);
        number_types[0] = type;
    }
}

/* Whether an object is one real number, as in autograd._common.numbers: 1, 0, or -1 with an exception. */
static int
is_number(PyObject *object)
{
    if (PyFloat_Check(object) || PyLong_Check(object) || is_value(object) || is_number_type(Py_TYPE(object))) {
        return 1;
    }
    PyObject *answer = call_python("autograd._common.numbers", "is_number", object, NULL);
    int known = answer != NULL ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(answer);
    if (known == 1) {
        remember_number_type(Py_TYPE(object));
    }
    return known;
}

/* float(object) for is_number; may run arbitrary Python code. */
static bool
as_double(PyObject *object, double *number)
{
    if (PyLong_CheckExact(object)) {
        *number = PyLong_AsDouble(object);
        return *number != -1.0 || PyErr_Occurred() == NULL;
    }
    PyObject *exact = PyNumber_Float(object);
    if (exact == NULL) {
        return false;
    }
    *number = PyFloat_AS_DOUBLE(exact);
    Py_DECREF(exact);
    return true;
}

/* A number for `data` or `grad`, or an error that starts with `where`. */
static bool
read_number(const char *where, PyObject *object, double *number)
{
    if (PyFloat_CheckExact(object)) {
        *number = PyFloat_AS_DOUBLE(object);
        return true;
    }
    int known = is_number(object);
    if (known == 0) {
        complain_of_number(where, " must be a number", object);
    }
    return known == 1 && as_double(object, number);
}

static COLD Kind
read_other_operand(int op, PyObject *object, double *number)
{
    if (is_value(object)) {
        *number = ((Node *)object)->data;
        return VALUE;
    }
    int known = is_number(object);
    if (known == 0) {
        complain_of_number(rows[op].name, ": operands must be Values or numbers", object);
    }
    return known == 1 && as_double(object, number) ? NUMBER : FAILED;
}

static inline Kind
read_operand(int op, PyObject *object, double *number)
{
    if (likely(Py_IS_TYPE(object, Value_Type))) {
        *number = ((Node *)object)->data;
        return VALUE;
    }
    if (likely(PyFloat_CheckExact(object))) {
        *number = PyFloat_AS_DOUBLE(object);
        return NUMBER;
    }
    if (PyLong_CheckExact(object)) {
        return as_double(object, number) ? NUMBER : FAILED;
    }
    return read_other_operand(op, object, number);
}

/* Whether an operator should defer to the other operand's class: an array, which calls back with
   its elements. An object that isn't a number at all is rejected here, with a better message than Python's. */
static COLD bool
may_know_better(PyObject *other, const char *reflected)
{
    if (is_value(other) || is_number(other) != 0) {
        PyErr_Clear(); /* raised again when the operand is read */
        return false;
    }
    PyObject *type = (PyObject *)Py_TYPE(other), *module = PyObject_GetAttrString(type, "__module__");
    if (module == NULL) {
        PyErr_Clear();
        return false;
    }
    bool builtin = PyUnicode_Check(module) && PyUnicode_CompareWithASCIIString(module, "builtins") == 0;
    Py_DECREF(module);
    return !builtin && PyObject_HasAttrString(type, reflected);
}


/* Lists */

static bool
is_list_of_values(PyObject *list)
{
    bool right = PyList_CheckExact(list);
    for (Py_ssize_t i = 0; right && i < PyList_GET_SIZE(list); i++) {
        right = is_value(PyList_GET_ITEM(list, i));
    }
    return right;
}

static bool
is_list_of_floats(PyObject *list, Py_ssize_t length)
{
    bool right = PyList_Check(list) && PyList_GET_SIZE(list) == length;
    for (Py_ssize_t i = 0; right && i < length; i++) {
        right = PyFloat_Check(PyList_GET_ITEM(list, i));
    }
    return right;
}

/* Set an item of a new list: a new reference, or NULL with an exception, which frees the list. */
static inline void
set_item(PyObject **list, Py_ssize_t i, PyObject *item)
{
    if (item == NULL) {
        Py_CLEAR(*list);
        return;
    }
    PyList_SET_ITEM(*list, i, item);
}

/* A new list; NULL with an exception. */
static PyObject *
list_of_floats(const double *numbers, Py_ssize_t count)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list != NULL && i < count; i++) {
        set_item(&list, i, PyFloat_FromDouble(numbers[i]));
    }
    return list;
}
