/* Guards: observations of recorded values, each with its outcome; as in compiler/record/guards.py. */

#include "calls.h"

#include <string.h>

typedef struct {
    char question[8];
    double answer;
    ptrdiff_t row, other; /* rows of what is stored; -1 for none */
} Guard;

struct Guards {
    Py_ssize_t count;
    Guard all[];
};

static bool
is_known(const char *question, bool two)
{
    static const char *const of_two[] = {"<", "<=", ">", ">=", "==", "!=", NULL};
    static const char *const of_one[] = {"float", "data", "bool", "finite", "int", "trunc", "floor", "ceil", NULL};
    for (const char *const *known = two ? of_two : of_one; *known != NULL; known++) {
        if (strcmp(*known, question) == 0) {
            return true;
        }
    }
    return false;
}

/* From a list of (kind, outcome as a float, whether it has two operands). */
Guards *
replay_read_guards(PyObject *list, const Plan *plan)
{
    Py_ssize_t count = PyList_GET_SIZE(list), row = plan->outputs;
    Guards *guards = replay_allocate(sizeof(Guards) + (size_t)count * sizeof(Guard), 1);
    if (guards == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    guards->count = count;
    for (Py_ssize_t i = 0; i < count; i++) {
        const char *question;
        Guard *guard = &guards->all[i];
        int two;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(list, i), "sdp", &question, &guard->answer, &two)) {
            replay_free(guards);
            return NULL;
        }
        if (!is_known(question, two) || row + 1 + two > plan->stored) {
            PyErr_Format(PyExc_ValueError, "watch: a guard must be one of those known, got '%.20s'", question);
            replay_free(guards);
            return NULL;
        }
        strcpy(guard->question, question);
        guard->row = row;
        guard->other = two ? row + 1 : -1;
        row += 1 + two;
    }
    return guards;
}

static bool
holds(const Guard *guard, double x, double y)
{
    const char *q = guard->question;
    if (guard->other >= 0) {
        bool equal = q[1] == '=', got = q[0] == '<' ? x < y || (equal && x == y)
            : q[0] == '>' ? x > y || (equal && x == y)
            : q[0] == '=' ? x == y : x != y;
        return got == (guard->answer != 0.0);
    }
    switch (q[0] == 'f' ? q[1] : q[0]) {
    case 'b':
        return (x != 0.0) == (guard->answer != 0.0);
    case 'i': /* finite, but not int */
        if (q[0] == 'f') {
            return (isfinite(x) != 0) == (guard->answer != 0.0);
        }
        return trunc(x) == guard->answer;
    case 't':
        return trunc(x) == guard->answer;
    case 'c':
        return ceil(x) == guard->answer;
    default: /* floor; float and data */
        if (q[1] == 'l' && q[3] == 'o') {
            return floor(x) == guard->answer;
        }
        return (x == guard->answer && !signbit(x) == !signbit(guard->answer)) || (x != x && guard->answer != guard->answer);
    }
}

/* Whether all samples have all the recorded outcomes; without `places` all numbers are in the rows. */
bool
replay_guards_hold(const Guards *guards, const Plan *plan, const double *places, double *const *rows, ptrdiff_t samples)
{
    for (Py_ssize_t k = 0; guards != NULL && k < guards->count; k++) {
        const Guard *guard = &guards->all[k];
        const int32_t of_x = places != NULL ? plan->results[guard->row] : -1;
        const int32_t of_y = places != NULL && guard->other >= 0 ? plan->results[guard->other] : -1;
        for (ptrdiff_t i = 0; i < samples; i++) {
            const double x = of_x >= 0 ? places[of_x] : rows[guard->row][i];
            const double y = guard->other < 0 ? 0.0 : of_y >= 0 ? places[of_y] : rows[guard->other][i];
            if (!holds(guard, x, y)) {
                return false;
            }
        }
    }
    return true;
}
