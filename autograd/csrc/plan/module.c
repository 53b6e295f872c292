/* The optimising planner.

   One translation unit in parts, in the order of the work:

     graph.h    folds constants, merges equal computations, drops what nothing needs; finds sums of products
     writer.h   where instructions are written: registers, uniforms, masks
     forward.h  instructions that compute the outputs
     reverse.h  instructions that compute the gradients
     order.h    moves sums next to each other, so that the kernel runs them as batched dots
     slots.h    registers to slots by liveness

   memory.h has growing arrays, a map, and the error exit. Nothing recurses over a graph. A tape may come
   from a file: every position in it is checked before use. */

#include "reverse.h"
#include "slots.h"

static PyObject *
bytes_of(const Ints *ints)
{
    return PyBytes_FromStringAndSize((const char *)ints->items, (Py_ssize_t)(ints->count * sizeof(int32_t)));
}

static PyObject *
list_of(const Ints *ints)
{
    PyObject *list = PyList_New((Py_ssize_t)ints->count);
    for (size_t i = 0; list != NULL && i < ints->count; i++) {
        PyObject *x = PyLong_FromLong(ints->items[i]);
        if (x == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, (Py_ssize_t)i, x);
    }
    return list;
}

static PyObject *
constants_of(const Writer *w)
{
    PyObject *found = PyDict_New();
    for (size_t u = 0; found != NULL && u < w->uniforms.count; u++) {
        if (w->uniforms.items[u].known) {
            PyObject *key = PyLong_FromSize_t(u), *number = PyFloat_FromDouble(w->uniforms.items[u].number);
            if (key == NULL || number == NULL || PyDict_SetItem(found, key, number) < 0) {
                Py_CLEAR(found);
            }
            Py_XDECREF(key);
            Py_XDECREF(number);
        }
    }
    return found;
}

/* For each root its uniform, or -1 if the body stores it. */
static void
note_outputs(Planner *p, Ints *outputs)
{
    for (size_t i = 0; i < p->graph.roots.count; i++) {
        int32_t root = p->graph.roots.items[i];
        push(&p->arena, outputs, has(p, root, UNIFORM) ? ~ENTRY(p, root)->at : -1);
    }
}

static PyObject *
result_of(Planner *p, int32_t slots, const Ints *outputs)
{
    const Part *parts = p->writer.parts;
    return Py_BuildValue(
        "(NNN)(NNN)nNiniNNNNNNii", bytes_of(&parts[0].code), bytes_of(&parts[1].code), bytes_of(&parts[2].code),
        bytes_of(&parts[0].terms), bytes_of(&parts[1].terms), bytes_of(&parts[2].terms), (Py_ssize_t)p->writer.uniforms.count,
        constants_of(&p->writer), (int)p->first_parameter, (Py_ssize_t)p->tape.parameters, (int)slots, list_of(&p->writer.fills),
        list_of(outputs), list_of(&p->sums), list_of(&p->seeds_to), list_of(&p->gradients), list_of(&p->stored), (int)p->inputs_read, (int)p->assumes);
}

static void
check_tape(Planner *p)
{
    const TapeView *tape = &p->tape;
    Py_ssize_t numbers = PyTuple_GET_SIZE(tape->numbers), rows = PyTuple_GET_SIZE(tape->rows);
    if (tape->inputs < 0 || tape->parameters < 0 || tape->inputs >= MOST || tape->parameters >= MOST || numbers >= MOST
        || rows >= MOST || tape->inputs + tape->parameters + numbers + rows >= MOST) {
        malformed(&p->arena, "its size");
    }
    if (PyTuple_GET_SIZE(tape->operands) != rows || tape->outputs < 0 || tape->outputs > PyTuple_GET_SIZE(tape->roots)
        || PyTuple_GET_SIZE(tape->roots) >= MOST
        || tape->libm.len != OPS_COUNT) {
        malformed(&p->arena, "its parts");
    }
}

PyDoc_STRVAR(plan_doc,
"plan(inputs, parameters, constants, rows, operands, roots, outputs, alias, fold, libm, of_inputs,\n"
"     of_parameters, each, strict, /)\n--\n\n"
"Plan a tape; see compiler/plan/optimised.py, the only caller.");

/* Everything that a plan needs, in one struct that survives a longjmp. */
typedef struct {
    Planner planner;
    Named named;
    Order order;
    Ints last, slot, free_slots, outputs;
} Work;

static PyObject *
module_plan(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    Work *work = PyMem_Calloc(1, sizeof *work);
    if (work == NULL) {
        return PyErr_NoMemory();
    }
    Planner *p = &work->planner;
    TapeView *tape = &p->tape;
    int of_inputs, of_parameters, each, strict;
    PyObject *volatile result = NULL;
    if (PyArg_ParseTuple(arguments, "iiO!O!O!O!iiOy*pppp", &tape->inputs, &tape->parameters, &PyTuple_Type, &tape->numbers,
                         &PyTuple_Type, &tape->rows, &PyTuple_Type, &tape->operands, &PyTuple_Type, &tape->roots, &tape->outputs,
                         &tape->alias, &tape->fold, &tape->libm, &of_inputs, &of_parameters,
                         &each, &strict)) {
        p->writer.arena = &p->arena;
        p->each = each;
        p->strict = strict;
        if (setjmp(p->arena.failed) == 0) {
            check_tape(p);
            tape->constants = (int32_t)PyTuple_GET_SIZE(tape->numbers);
            tape->leaves = tape->inputs + tape->parameters + tape->constants;
            tape->size = tape->leaves + (int32_t)PyTuple_GET_SIZE(tape->rows);
            simplify(&p->arena, &p->graph, &p->simplifier, tape, of_inputs, of_parameters);
            classify(p);
            find_sums(&p->arena, &p->graph, &p->inner);
            forward(p);
            note_outputs(p, &work->outputs);
            reverse(p);
            for (int part = 0; part < 3; part++) {
                order_part(p, &work->order, &work->named, part);
            }
            int32_t slots = allocate(p, &work->named, &work->last, &work->slot, &work->free_slots);
            result = result_of(p, slots, &work->outputs);
        }
    }
    if (tape->libm.obj != NULL) {
        PyBuffer_Release(&tape->libm);
    }
    release_all(&p->arena);
    PyMem_Free(work);
    return result;
}

static PyMethodDef module_functions[] = {
    {"plan", module_plan, METH_VARARGS, plan_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT, "autograd.compiler.plan._plan", "The optimising planner.", -1,
    module_functions, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit__plan(void)
{
    return PyModule_Create(&module_definition);
}
