/* Value in C, with the behaviour of value.py, which is the reference.

   One translation unit in parts, so that the compiler sees all of the hot path at once; each part includes those that it
   builds on:

     node.h        the node: its fields and edges
     marks.h       the recording and the group in which a node was made
     memory.h      slabs of nodes, arrays of edges; freeing a graph
     arguments.h   rows, arguments and numbers, error messages
     record.h      new nodes
     ops.h         ops with a fixed number of operands, operators
     n_ary.h       sum, mean, logsumexp, dot
     layer.h       neurons for nn
     order.h       the topological order, which every sweep follows
     reverse.h     backward(), zero_grad(), gradients without a trace
     flatten.h     a recorded graph as a table, for the compiler
     tape.h        a recorded graph as arrays
     lanes.h       sweeps over them, several directions at once
     forward.h     tangents and Jacobians
     hessian.h     Hessian-vector products, and sparse Hessians
     attributes.h  data, grad, label, op, operands, parents, local_derivatives
     like_float.h  repr, comparison, rounding
     making.h      Value(), copying, pickling

   and here the type and the module. What an op computes is in generated/ops.h, which autograd/codegen writes from the table,
   as it does ops_second.h. What isn't hot (pickling, copying, naming anomalies) is Python that both backends share, called
   through `call_python`.

   A graph is acyclic as long as a node holds only parents and an exact str, so nodes aren't tracked by the
   garbage collector: no collection visits them, and reference counts alone free them. There is one exception:
   an instance of a subclass has a __dict__, which may hold a node computed from the instance. Therefore
   `COLLECTABLE`: every node computed from such an instance, directly or not, has a collector's header and is tracked;
   tp_is_gc distinguishes the two kinds, as it does for `type`, whose static and heap instances differ in the same way.

   Nothing recurses over a graph, and neither backward() nor deallocation allocates memory where
   a failure would leave a graph half done: their lists are linked through the nodes themselves.

   State is static: the module can't be loaded into a second interpreter, and in the first the GIL protects it. */

#include "node.h"
#include "identity.h"
#include "marks.h"
#include "memory.h"
#include "arguments.h"
#include "record.h"
#include "ops.h"
#include "n_ary.h"
#include "layer.h"
#include "reverse.h"
#include "flatten.h"
#include "quotient.h"
#include "tape.h"
#include "lanes.h"
#include "forward.h"
#include "hessian.h"
#include "attributes.h"
#include "like_float.h"
#include "making.h"


/* The type */

#define KEYWORDS (METH_FASTCALL | METH_KEYWORDS)
#define METHOD(FUNCTION) ((PyCFunction)(void (*)(void))(FUNCTION))
#define UNARY_METHOD(NAME, PARAMETERS, DEFAULT, SIGNATURE, FUNCTION, DOC) \
    {#NAME, method_##NAME, METH_NOARGS, #NAME SIGNATURE "\n--\n\n" DOC},
#define KEYWORD_METHOD(NAME, PARAMETERS, DEFAULT, SIGNATURE, FUNCTION, DOC) \
    {#NAME, METHOD(method_##NAME), KEYWORDS, #NAME SIGNATURE "\n--\n\n" DOC},
#define NUMPY_METHOD(NUMPY, NAME, KIND, SIGNATURE, DOC) \
    {#NUMPY, METHOD(method_##NAME), KIND, #NUMPY SIGNATURE "\n--\n\n" DOC},

static PyMethodDef value_methods[] = {
    UNARY_METHODS(UNARY_METHOD)
    BINARY_METHODS(KEYWORD_METHOD)
    TERNARY_METHODS(KEYWORD_METHOD)
    NUMPY_UNARY(NUMPY_METHOD, METH_NOARGS)
    NUMPY_BINARY(NUMPY_METHOD, KEYWORDS)
    {"backward", METHOD(value_backward), KEYWORDS, backward_doc},
    {"register_hook", value_register_hook, METH_O, register_hook_doc},
    {"zero_grad", METHOD(value_zero_grad), KEYWORDS, zero_grad_doc},
    {"detach", value_detach, METH_NOARGS, "detach($self)\n--\n\nReturn a new leaf with the same data and label."},
    {"__round__", METHOD(value_round), KEYWORDS, "__round__($self, ndigits=None)\n--\n\n"},
    {"__trunc__", value_trunc, METH_NOARGS, "__trunc__($self)\n--\n\n"},
    {"__floor__", value_floor, METH_NOARGS, "__floor__($self)\n--\n\n"},
    {"__ceil__", value_ceil, METH_NOARGS, "__ceil__($self)\n--\n\n"},
    {"__format__", value_format, METH_O, "__format__($self, specification)\n--\n\n"},
    {"__copy__", value_copy, METH_NOARGS, "__copy__($self)\n--\n\n"},
    {"__deepcopy__", value_deepcopy, METH_O, "__deepcopy__($self, memo)\n--\n\n"},
    {"__reduce_ex__", value_reduce, METH_O, "__reduce_ex__($self, protocol)\n--\n\n"},
    {"__sizeof__", value_sizeof, METH_NOARGS, "__sizeof__($self)\n--\n\n"},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef value_attributes[] = {
    {"__class__", get_class, set_class, "The class, which can't be set.", NULL},
    {"data", get_data, set_data_again, "The number; can be set on leaves.", NULL},
    {"_before", get_before, NULL, "On a leaf that was set, its previous number, else None.", NULL},
    {"grad", get_grad, set_grad, "Derivative of the last `backward()`'s root with respect to this.", NULL},
    {"label", get_label, set_label, "The name, or the empty string.", NULL},
    {"op", get_op, NULL, "Name of the op that computed this; empty on leaves.", NULL},
    {"operands", get_operands, NULL, "The operands of the op, constants as floats.", NULL},
    {"parents", get_parents, NULL, "The operands that are Values; one that is used twice appears twice.", NULL},
    {"_x", get_x, NULL, NULL, NULL}, /* read by backward.py, which walks the nodes of either backend */
    {"_y", get_edges, NULL, NULL, NULL},
    {"_to_x", get_none, NULL, NULL, NULL},
    {"_to_y", get_none, NULL, NULL, NULL},
    {"_grad", get_grad, set_grad, NULL, NULL},
    {"_row", get_row, NULL, NULL, NULL},
    {"_hooks", get_hooks, set_hooks, NULL, NULL},
    {"_forgotten", get_forgotten, NULL, NULL, NULL},
    {"local_derivatives", get_local_derivatives, NULL, "∂self/∂parent, for each parent.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(value_doc,
"Value(data, label='')\n--\n\n"
"A float that records how it was computed.\n\n"
"Arithmetic on Values, with numbers on either side, returns Values that record their operands; `backward()` stores in\n"
"each the derivative of one result. Every op of the table is a method and a function of the same name. Arithmetic is\n"
"IEEE 754: 1/0 is inf and log(-1) is nan, never an exception. `==` and `<` compare data; the hash is identity.\n\n"
"Parameters\n----------\n"
"data : float, int, bool or numpy scalar\n    The number.\n"
"label : str\n    The name in reprs, pictures and derivations.\n\n"
"Raises\n------\nTypeError\n    If `data` isn't a number or `label` isn't a str.");

static PyType_Slot value_slots[] = {
    {Py_tp_doc, (char *)value_doc},
    {Py_tp_new, value_new},
    {Py_tp_init, value_init},
    {Py_tp_dealloc, value_dealloc},
    {Py_tp_free, value_free},
    {Py_tp_is_gc, value_is_gc},
    {Py_tp_traverse, value_traverse},
    {Py_tp_clear, value_clear},
    {Py_tp_repr, value_repr},
    {Py_tp_richcompare, value_compare},
    {Py_tp_hash, value_hash},
    {Py_tp_methods, value_methods},
    {Py_tp_getset, value_attributes},
    {Py_nb_add, operator_add},
    {Py_nb_subtract, operator_sub},
    {Py_nb_multiply, operator_mul},
    {Py_nb_true_divide, operator_div},
    {Py_nb_remainder, operator_remainder},
    {Py_nb_floor_divide, operator_floor_divide},
    {Py_nb_divmod, value_divmod},
    {Py_nb_power, operator_power},
    {Py_nb_negative, operator_negative},
    {Py_nb_positive, value_positive},
    {Py_nb_absolute, operator_absolute},
    {Py_nb_bool, value_bool},
    {Py_nb_int, value_int},
    {Py_nb_float, value_float},
    {0, NULL},
};

static PyType_Spec value_spec = {
    .name = "autograd.engine._value.Value",
    .basicsize = sizeof(Node),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = value_slots,
};


/* The module */

#define FUNCTION(NAME, PARAMETERS, DEFAULT, METHOD_SIGNATURE, SIGNATURE, DOC) \
    {#NAME, METHOD(function_##NAME), KEYWORDS, #NAME SIGNATURE "\n--\n\n" DOC},
#define N_ARY_FUNCTION(NAME, PARAMETERS, DEFAULT) {#NAME, METHOD(function_##NAME), KEYWORDS, NAME##_doc},

static PyMethodDef op_functions[] = {
    UNARY_OPS(FUNCTION) BINARY_OPS(FUNCTION) TERNARY_OPS(FUNCTION) N_ARY_OPS(N_ARY_FUNCTION)
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(set_modes_doc,
"_set_modes(active, elsewhere, /)\n--\n\n"
"Set autograd.engine.modes.active: while it isn't 0, each new node is passed to the modes of its context. And the mark\n"
"of nodes made outside recordings, None while none is open.");

static PyObject *
function_set_modes(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "_set_modes: takes 2 arguments, got %zd", count);
        return NULL;
    }
    long active = PyLong_AsLong(arguments[0]);
    if (active == -1 && PyErr_Occurred()) {
        return NULL;
    }
    active_modes = active != 0;
    Py_XSETREF(elsewhere, Py_NewRef(arguments[1]));
    Py_RETURN_NONE;
}

static PyMethodDef module_functions[] = {
    {"layer", METHOD(function_layer), KEYWORDS, layer_doc},
    {"restore", METHOD(function_restore), METH_VARARGS | METH_KEYWORDS, restore_doc},
    {"_gradients", METHOD(function_gradients), METH_FASTCALL, gradients_doc},
    {"_depends_on_others", METHOD(function_depends_on_others), METH_FASTCALL, depends_on_others_doc},
    {"_push", METHOD(function_push), METH_FASTCALL, push_doc},
    {"_jacobian", METHOD(function_jacobian), METH_FASTCALL, jacobian_doc},
    {"_leaves", function_leaves, METH_O, leaves_doc},
    {"_product_alone", METHOD(function_product_alone), METH_FASTCALL, product_alone_doc},
    {"_products", METHOD(function_products), METH_FASTCALL, products_doc},
    {"_hessian", METHOD(function_hessian), METH_FASTCALL, hessian_doc},
    {"_topological", function_topological, METH_O, topological_doc},
    {"_homes", METHOD(function_homes), METH_FASTCALL, homes_doc},
    {"_levels", METHOD(function_levels), METH_FASTCALL, levels_doc},
    {"_only_users", METHOD(function_only_users), METH_FASTCALL, only_users_doc},
    {"_ranks", METHOD(function_ranks), METH_FASTCALL, ranks_doc},
    {"_between", METHOD(function_between), METH_FASTCALL, between_doc},
    {"_flatten", METHOD(function_flatten), METH_FASTCALL, flatten_doc},
    {"_set_modes", METHOD(function_set_modes), METH_FASTCALL, set_modes_doc},
    {"_marks_of", function_marks_of, METH_O, marks_of_doc},
    {"_unchanged", function_unchanged, METH_O, unchanged_doc},
    {"_mark", METHOD(function_mark), METH_FASTCALL, mark_doc},
    {"_group_of", function_group_of, METH_O, group_of_doc},
    {"_put_in_group", METHOD(function_put_in_group), METH_FASTCALL, put_in_group_doc},
    {NULL, NULL, 0, NULL},
};

static int
fill_rows(void)
{
    for (int op = 0; op < OPS_COUNT; op++) {
        Row *row = &rows[op];
        Py_XSETREF(row->name_object, PyUnicode_InternFromString(row->name));
        if (row->name_object == NULL) {
            return -1;
        }
        if (!isnan(row->default_of_last)) {
            Py_XSETREF(row->default_object, PyFloat_FromDouble(row->default_of_last));
            if (row->default_object == NULL) {
                return -1;
            }
        }
    }
    return 0;
}

static int
make_type(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &value_spec, NULL), *name = PyUnicode_FromString("Value");
    PyObject *priority = PyFloat_FromDouble(-1.0);
    /* The name without its module appears in Python's own errors about a class. */
    bool done = type != NULL && name != NULL && priority != NULL && PyObject_SetAttrString(type, "__name__", name) == 0
        && PyObject_SetAttrString(type, "__array_priority__", priority) == 0; /* see like_float.py */
    Py_XDECREF(name);
    Py_XDECREF(priority);
    if (!done) {
        Py_XDECREF(type);
        return -1;
    }
    Value_Type = (PyTypeObject *)type;
    Value_Type->tp_vectorcall = value_vectorcall;
    return PyModule_AddObjectRef(module, "Value", type);
}

static bool
fetch(const char *module_name, const char *name, PyObject **place)
{
    PyObject *module = PyImport_ImportModule(module_name);
    Py_XSETREF(*place, module != NULL ? PyObject_GetAttrString(module, name) : NULL);
    Py_XDECREF(module);
    return *place != NULL;
}

static int
find_python(void)
{
    const char *modes = "autograd.engine.modes";
    elsewhere = Py_NewRef(Py_None);
    bool found = (marks = PyDict_New()) != NULL && (groups = PyDict_New()) != NULL && (hooks = PyDict_New()) != NULL
        && fetch("autograd.engine.hooks", "alive", &hooks_alive)
        && fetch(modes, "_grouping", &grouping) && fetch(modes, "_forgetting", &forgetting)
        && fetch(modes, "_detecting", &detecting) && fetch(modes, "_strict", &strict)
        && fetch(modes, "_recorder", &recorder) && fetch("autograd.ops", "TABLE", &table);
    return found ? 0 : -1;
}

/* FUNCTIONS: each op's function by its name, as in the Python backend. */
static int
add_functions(PyObject *module)
{
    PyObject *functions = PyDict_New();
    if (functions == NULL || PyModule_AddFunctions(module, op_functions) < 0) {
        Py_XDECREF(functions);
        return -1;
    }
    int status = 0;
    for (int op = 0; op < OPS_COUNT && status == 0; op++) {
        PyObject *function = PyObject_GetAttr(module, rows[op].name_object);
        status = function != NULL ? PyDict_SetItem(functions, rows[op].name_object, function) : -1;
        Py_XDECREF(function);
    }
    status = status == 0 ? PyModule_AddObjectRef(module, "FUNCTIONS", functions) : status;
    Py_DECREF(functions);
    return status;
}

/* _layout: the offsets of data and grad in a node, for replay, which accesses those of many leaves at once. */
static int
add_layout(PyObject *module)
{
    PyObject *layout = Py_BuildValue("(nn)", (Py_ssize_t)offsetof(Node, data), (Py_ssize_t)offsetof(Node, grad));
    int status = layout != NULL ? PyModule_AddObjectRef(module, "_layout", layout) : -1;
    Py_XDECREF(layout);
    return status;
}

static int
module_exec(PyObject *module)
{
    if (Value_Type != NULL) {
        PyErr_SetString(PyExc_ImportError,
                        "autograd.engine._value: one process can load the C core once, into its first interpreter; "
                        "elsewhere set AUTOGRAD_CORE=python");
        return -1;
    }
    bool failed = fill_rows() < 0 || find_python() < 0 || make_type(module) < 0 || add_functions(module) < 0
        || add_layout(module) < 0;
    return failed ? -1 : 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "autograd.engine._value",
    .m_doc = "`Value` and the functions of the table in C, equivalent to value.py.",
    .m_methods = module_functions,
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__value(void)
{
    return PyModuleDef_Init(&module_definition);
}
