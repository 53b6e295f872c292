/* Declarations that the parts of the replay kernel share which know Python. */

#ifndef AUTOGRAD_REPLAY_CALLS_H
#define AUTOGRAD_REPLAY_CALLS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kernel.h"

#pragma GCC visibility push(hidden)

/* From the buffers made by kernel_c.py, with the sizes set; false with an exception if it is malformed. */
bool replay_read_plan(Plan *plan, const Py_buffer *buffers);
void replay_free_plan(Plan *plan);

/* Run all samples, between the uniform parts; adds to the sums among the uniforms. In long runs the GIL
   is released, and signals are handled from time to time. False with an exception: MemoryError, KeyboardInterrupt. */
bool replay_batch(Plan *plan, const Batch *batch, double *uniforms, int threads);

/* A whole run, including the uniform parts: from `start` and the parameters' numbers in it to the gradients in `places`, which
   has size replay_places. `seed_totals` are the sums of each output's seeds. False with an exception. */
size_t replay_places(const Plan *plan);
bool replay_run(Plan *plan, double *places, const Batch *batch, const double *seed_totals, int threads);
void replay_sample(const Plan *plan, double *places, const Sample *sample); /* the same for one sample */

/* Parameters: Values, which are read and written in place with the C core; `plain` if that is so for all of them. */
void replay_know_values(PyTypeObject *type, Py_ssize_t data, Py_ssize_t grad);
bool replay_read_data(PyObject *values, double *to, bool *plain);
bool replay_add_gradients(PyObject *values, bool plain, const double *gradients);

/* The fast path into a kernel: see call.c. */
typedef struct Guards Guards;
Guards *replay_read_guards(PyObject *guards, const Plan *plan);
bool replay_guards_hold(const Guards *guards, const Plan *plan, const double *places, double *const *rows, ptrdiff_t samples);
PyObject *replay_call(Plan *plan, const Guards *guards, PyObject *const *arguments, Py_ssize_t count);
PyObject *replay_know_arrays(PyObject *module, PyObject *arguments);

/* The kinds of calls and of results: as compiler/program.py has them. */
typedef enum { VALUES, LEARN, GRADIENTS } Mode;
typedef enum { TUPLE, SINGLE, ARRAY, LIST } Form;

/* Numbers of one run: operands, inputs, stored, gradients of inputs, of parameters. The plan keeps the memory between
   calls, as a large block would be mapped afresh each time. `wide` is the plan that the memory is for, or NULL: the plan's own
   may be created while a parameter's Python runs. */
typedef struct {
    const Wide *wide;
    double *places, *inputs, *stored, *gradients, *found, **kept;
} Room;

bool replay_take_room(Plan *plan, Wide *wide, Room *room); /* false with MemoryError */
void replay_give_back(Room *room);

/* One sample in vectors: made before a plan's second run, false with an exception; a run whose parameters and inputs are
   in place already, and whether any gradient is nan. */
bool replay_widen(Plan *plan);
void replay_free_wide(Wide *wide);
bool replay_wide(const Plan *plan, const Room *room, double seed);

/* A call with one sample: see one.c. NotImplemented if the arguments don't match or a guard fails. */
PyObject *replay_one(Plan *plan, const Guards *guards, PyObject *arguments, PyObject *values, double seed, Mode mode, Form form);

/* See descend.c. */
PyObject *replay_descend(Plan *plan, PyObject *arguments);

/* The number of threads for a batch: as given, or None for automatic; false if it is neither. */
bool replay_threads(const Plan *plan, Py_ssize_t samples, PyObject *threads, int *found);

bool replay_is_number(PyObject *x, double *number);
bool replay_any_nan(const double *numbers, ptrdiff_t count);
bool replay_is_array(PyObject *x); /* of numpy itself */
bool replay_is_of_doubles(const Py_buffer *view);
PyObject *replay_new_array(Py_ssize_t count, Py_buffer *view, double **numbers); /* once numpy is there */

#pragma GCC visibility pop

#endif
