/* Passes over a graph whose nodes are in groups, as in autograd.draw.groups; for pictures of many nodes. Part of
   module.c.

   Nodes are numbered in `pending` during a pass, which runs no Python; operands that aren't among them are ignored. */

#pragma once

#include "order.h"

enum { NO_GROUP = -1, SEVERAL_GROUPS = -2 };

typedef struct {
    PyObject *list;
    Py_ssize_t count;
} Nodes;

static inline Node *
node_at(const Nodes *nodes, Py_ssize_t i)
{
    return (Node *)PyList_GET_ITEM(nodes->list, i);
}

/* The nodes of a call with that number of arguments, of which they are the first; false with a TypeError. */
static bool
read_nodes(const char *who, Py_ssize_t wanted, PyObject *const *arguments, Py_ssize_t given, Nodes *nodes)
{
    if (given != wanted || !is_list_of_values(arguments[0]) || PyList_GET_SIZE(arguments[0]) >= INT32_MAX / 2) {
        PyErr_Format(PyExc_TypeError, "%s: takes %zd arguments, the first a list of Values", who, wanted);
        return false;
    }
    *nodes = (Nodes){arguments[0], PyList_GET_SIZE(arguments[0])};
    return true;
}

static void
number_places(const Nodes *nodes)
{
    for (Py_ssize_t i = 0; i < nodes->count; i++) {
        node_at(nodes, i)->pending = (uint32_t)i + 1;
    }
}

static void
forget_places(const Nodes *nodes)
{
    for (Py_ssize_t i = 0; i < nodes->count; i++) {
        node_at(nodes, i)->pending = 0;
    }
}

/* The index of an operand, negative if it isn't among the nodes. */
static inline Py_ssize_t
place_of_operand(const Edge *edge)
{
    return edge->parent != NULL ? (Py_ssize_t)edge->parent->pending - 1 : -1;
}

/* Read the numbers of a list with one for each node, less than the number of nodes; false with an exception. */
static bool
read_numbers(PyObject *list, const Nodes *nodes, int32_t *numbers)
{
    if (!PyList_CheckExact(list) || PyList_GET_SIZE(list) != nodes->count) {
        PyErr_SetString(PyExc_TypeError, "takes a list with an int for each node");
        return false;
    }
    for (Py_ssize_t i = 0; i < nodes->count; i++) {
        PyObject *number = PyList_GET_ITEM(list, i);
        int beyond = 0;
        long long read = PyLong_CheckExact(number) ? PyLong_AsLongLongAndOverflow(number, &beyond) : nodes->count;
        if (beyond != 0 || read >= nodes->count || read < -nodes->count) {
            PyErr_SetString(PyExc_ValueError, "takes ints that are the indices of nodes, or ~ them");
            return false;
        }
        numbers[i] = (int32_t)read;
    }
    return true;
}

/* Read a call with `wanted` arguments: the nodes, then `lists` of numbers. Returns one array for PyMem_Free: the numbers of
   each list, one for each node, then zeros, at least `more` for each node and 1; NULL with an exception. */
static int32_t *
read_call(const char *who, Py_ssize_t wanted, Py_ssize_t lists, Py_ssize_t more, PyObject *const *arguments,
          Py_ssize_t given, Nodes *nodes)
{
    if (!read_nodes(who, wanted, arguments, given, nodes)) {
        return NULL;
    }
    int32_t *numbers = PyMem_Calloc((size_t)(lists + more) * (size_t)nodes->count + 1, sizeof(int32_t));
    if (numbers == NULL) {
        return (int32_t *)PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < lists; i++) {
        if (!read_numbers(arguments[1 + i], nodes, numbers + i * nodes->count)) {
            PyMem_Free(numbers);
            return NULL;
        }
    }
    return numbers;
}

static PyObject *
list_of_numbers(const int32_t *numbers, Py_ssize_t count)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list != NULL && i < count; i++) {
        set_item(&list, i, PyLong_FromLong(numbers[i]));
    }
    return list;
}

PyDoc_STRVAR(homes_doc,
"_homes(nodes, joins, /)\n--\n\n"
"Return for each computed node its home: the common one of all its users, if `joins` (bytes) allows it, else itself.");

static PyObject *
function_homes(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    Nodes nodes;
    int32_t *homes = read_call("_homes", 2, 0, 2, arguments, count, &nodes);
    if (homes == NULL) {
        return NULL;
    }
    if (!PyBytes_CheckExact(arguments[1]) || PyBytes_GET_SIZE(arguments[1]) != nodes.count) {
        PyErr_SetString(PyExc_TypeError, "_homes: takes a byte for each node");
        PyMem_Free(homes);
        return NULL;
    }
    const char *joins = PyBytes_AS_STRING(arguments[1]);
    int32_t *wanted = homes + nodes.count;
    for (Py_ssize_t i = 0; i < nodes.count; i++) {
        homes[i] = wanted[i] = NO_GROUP;
    }
    number_places(&nodes);
    for (Py_ssize_t i = nodes.count; i-- > 0;) {
        Node *node = node_at(&nodes, i);
        if (node->op == LEAF) {
            continue;
        }
        int32_t own = homes[i] = wanted[i] >= 0 && joins[i] ? wanted[i] : (int32_t)i;
        FOR_EACH_EDGE(edge, node) {
            Py_ssize_t j = place_of_operand(edge);
            if (j >= 0 && wanted[j] != own) {
                wanted[j] = wanted[j] == NO_GROUP ? own : SEVERAL_GROUPS;
            }
        }
    }
    forget_places(&nodes);
    PyObject *result = list_of_numbers(homes, nodes.count);
    PyMem_Free(homes);
    return result;
}

PyDoc_STRVAR(levels_doc,
"_levels(nodes, keys, /)\n--\n\n"
"Return for each node the number of changes of key on the longest way to it, leaves not counted.");

static PyObject *
function_levels(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    Nodes nodes;
    int32_t *keys = read_call("_levels", 2, 1, 1, arguments, count, &nodes);
    if (keys == NULL) {
        return NULL;
    }
    int32_t *levels = keys + nodes.count;
    number_places(&nodes);
    for (Py_ssize_t i = 0; i < nodes.count; i++) {
        FOR_EACH_EDGE(edge, node_at(&nodes, i)) {
            Py_ssize_t j = place_of_operand(edge);
            if (j >= 0 && edge->parent->op != LEAF) {
                int32_t level = levels[j] + (keys[j] != keys[i]);
                levels[i] = level > levels[i] ? level : levels[i];
            }
        }
    }
    forget_places(&nodes);
    PyObject *result = list_of_numbers(levels, nodes.count);
    PyMem_Free(keys);
    return result;
}

PyDoc_STRVAR(only_users_doc,
"_only_users(nodes, keys, ranks, /)\n--\n\n"
"Return for each node the one key among its users of the lowest rank; -1 if it has no users, -2 if they have several.");

static PyObject *
function_only_users(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    Nodes nodes;
    int32_t *keys = read_call("_only_users", 3, 2, 2, arguments, count, &nodes);
    if (keys == NULL) {
        return NULL;
    }
    int32_t *ranks = keys + nodes.count, *users = ranks + nodes.count, *lowest = users + nodes.count;
    for (Py_ssize_t i = 0; i < nodes.count; i++) {
        users[i] = NO_GROUP;
    }
    number_places(&nodes);
    for (Py_ssize_t i = 0; i < nodes.count; i++) {
        FOR_EACH_EDGE(edge, node_at(&nodes, i)) {
            Py_ssize_t j = place_of_operand(edge);
            if (j < 0 || (users[j] != NO_GROUP && ranks[i] > lowest[j])) {
                continue;
            }
            if (users[j] == NO_GROUP || ranks[i] < lowest[j]) {
                users[j] = keys[i];
                lowest[j] = ranks[i];
            }
            else if (users[j] != keys[i]) {
                users[j] = SEVERAL_GROUPS;
            }
        }
    }
    forget_places(&nodes);
    PyObject *result = list_of_numbers(users, nodes.count);
    PyMem_Free(keys);
    return result;
}

/* All operands from one group to another. */
typedef struct {
    int32_t head, tail; /* the groups */
    int32_t node;       /* the first such operand: its node, its position, its local derivative */
    uint32_t slot, count;
    double slope, flow;
} Passing;

typedef struct {
    Passing *entries;
    size_t count, room;
} Passings;

static Passing *
add_passing(Passings *all)
{
    if (all->count == all->room) {
        size_t room = all->room == 0 ? 256 : 2 * all->room;
        Passing *larger = PyMem_Realloc(all->entries, room * sizeof(Passing));
        if (larger == NULL) {
            return NULL;
        }
        all->entries = larger;
        all->room = room;
    }
    return &all->entries[all->count++];
}

/* The nodes that receive nothing: those used only by nodes that pass nothing on to them. */
static void
find_silent(const Nodes *nodes, char *silent)
{
    for (Py_ssize_t i = 0; i < nodes->count; i++) {
        FOR_EACH_EDGE(edge, node_at(nodes, i)) {
            Py_ssize_t j = place_of_operand(edge);
            if (j >= 0) {
                silent[j] = 1;
            }
        }
    }
    for (Py_ssize_t i = nodes->count; i-- > 0;) {
        Node *node = node_at(nodes, i);
        FOR_EACH_EDGE(edge, node) {
            Py_ssize_t j = place_of_operand(edge);
            if (j >= 0 && !silent[i] && (edge->derivative != 0.0 || !selects(node))) {
                silent[j] = 0;
            }
        }
    }
}

/* What enters a node's group from others; `entry_of` gives the entry of a group, if it belongs to this one. */
static bool
add_entering(const Nodes *nodes, int32_t i, const int32_t *groups, bool leaves, PyObject *gradients,
             const char *silent, Passings *all, size_t first, size_t *entry_of)
{
    Node *node = node_at(nodes, i);
    uint32_t slot = 0;
    FOR_EACH_EDGE(edge, node) {
        uint32_t own_slot = slot;
        slot += edge->parent != NULL;
        Py_ssize_t j = place_of_operand(edge);
        if (j < 0 || groups[j] == groups[i] || (!leaves && edge->parent->op == LEAF)) {
            continue;
        }
        bool nothing = silent[i] || (selects(node) && edge->derivative == 0.0);
        double flow = gradients == NULL || nothing
            ? 0.0 : edge->derivative * PyFloat_AS_DOUBLE(PyList_GET_ITEM(gradients, i));
        size_t at = entry_of[groups[j]];
        if (at >= first && at < all->count && all->entries[at].tail == groups[j]) {
            all->entries[at].flow += flow;
            all->entries[at].count++;
            continue;
        }
        entry_of[groups[j]] = all->count;
        Passing *entry = add_passing(all);
        if (entry == NULL) {
            return false;
        }
        *entry = (Passing){groups[i], groups[j], i, own_slot, 1, edge->derivative, flow};
    }
    return true;
}

/* Nodes in the order of their groups: a counting sort. */
static void
sort_by_group(const int32_t *groups, Py_ssize_t count, int32_t *order, size_t *ends)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        ends[groups[i] + 1]++;
    }
    for (Py_ssize_t i = 0; i < 2 * count; i++) {
        ends[i + 1] += ends[i];
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        order[ends[groups[i]]++] = (int32_t)i;
    }
}

static bool
find_passing(const Nodes *nodes, const int32_t *groups, bool leaves, PyObject *gradients, Passings *all)
{
    size_t count = (size_t)nodes->count;
    int32_t *order = PyMem_Malloc(sizeof(int32_t) * (count + 1));
    size_t *ends = PyMem_Calloc(2 * count + 2, sizeof(size_t)), *entry_of = PyMem_Calloc(2 * count + 2, sizeof(size_t));
    char *silent = PyMem_Calloc(count + 1, 1);
    bool fine = order != NULL && ends != NULL && entry_of != NULL && silent != NULL;
    if (fine) {
        sort_by_group(groups, nodes->count, order, ends);
        number_places(nodes);
        if (gradients != NULL) {
            find_silent(nodes, silent);
        }
        size_t first = 0;
        for (size_t at = 0; fine && at < count; at++) {
            if (at > 0 && groups[order[at]] != groups[order[at - 1]]) {
                first = all->count;
            }
            fine = add_entering(nodes, order[at], groups, leaves, gradients, silent, all, first, entry_of);
        }
        forget_places(nodes);
    }
    PyMem_Free(order);
    PyMem_Free(ends);
    PyMem_Free(entry_of);
    PyMem_Free(silent);
    if (!fine) {
        PyErr_NoMemory();
    }
    return fine;
}

/* Turn keys into numbers of groups from 0: ~i into the number of nodes + i. */
static void
number_groups(int32_t *keys, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        keys[i] = keys[i] >= 0 ? keys[i] : (int32_t)(count + ~keys[i]);
    }
}

static PyObject *
list_of_passing(const Passings *all, Py_ssize_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)all->count);
    for (size_t i = 0; list != NULL && i < all->count; i++) {
        const Passing *entry = &all->entries[i];
        int32_t head = entry->head < count ? entry->head : (int32_t)~(entry->head - count);
        int32_t tail = entry->tail < count ? entry->tail : (int32_t)~(entry->tail - count);
        PyObject *tuple = Py_BuildValue("(iiiIddI)", head, tail, entry->node, entry->slot, entry->slope, entry->flow,
                                        entry->count);
        if (tuple != NULL) {
            PyObject_GC_UnTrack(tuple); /* it holds only numbers */
        }
        set_item(&list, (Py_ssize_t)i, tuple);
    }
    return list;
}

PyDoc_STRVAR(between_doc,
"_between(nodes, keys, leaves, gradients, /)\n--\n\n"
"Return the edges between groups: (head, tail, node, operand, slope, flow, count) with the first operand's position and\n"
"local derivative, and the sum of the flows if there are gradients. Without `leaves` only from computed nodes.");

static PyObject *
function_between(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    Nodes nodes;
    int32_t *groups = read_call("_between", 4, 1, 0, arguments, count, &nodes);
    if (groups == NULL) {
        return NULL;
    }
    PyObject *gradients = arguments[3] != Py_None ? arguments[3] : NULL;
    if (gradients != NULL && !is_list_of_floats(gradients, nodes.count)) {
        PyErr_SetString(PyExc_TypeError, "_between: takes a list with a float for each node");
        PyMem_Free(groups);
        return NULL;
    }
    number_groups(groups, nodes.count);
    Passings all = {NULL, 0, 0};
    PyObject *result = NULL;
    if (find_passing(&nodes, groups, arguments[2] == Py_True, gradients, &all)) {
        result = list_of_passing(&all, nodes.count);
    }
    PyMem_Free(all.entries);
    PyMem_Free(groups);
    return result;
}

/* The rank of each group, such that edges lead from lower to higher ranks; NO_GROUP for groups in a cycle, or after
   one. */
static bool
find_ranks(const Passings *all, size_t groups, int32_t *ranks)
{
    size_t *starts = PyMem_Calloc(groups + 1, sizeof(size_t));
    int32_t *heads = PyMem_Malloc(sizeof(int32_t) * (all->count + 1));
    int32_t *waiting = PyMem_Calloc(groups, sizeof(int32_t)), *order = PyMem_Malloc(sizeof(int32_t) * groups);
    bool fine = starts != NULL && heads != NULL && waiting != NULL && order != NULL;
    if (fine) {
        for (size_t i = 0; i < all->count; i++) {
            starts[all->entries[i].tail]++;
            waiting[all->entries[i].head]++;
        }
        for (size_t i = 0; i < groups; i++) {
            starts[i + 1] += starts[i];
        }
        for (size_t i = all->count; i-- > 0;) {
            heads[--starts[all->entries[i].tail]] = all->entries[i].head;
        }
        size_t count = 0;
        for (size_t i = 0; i < groups; i++) {
            ranks[i] = waiting[i] == 0 ? 0 : NO_GROUP;
            if (waiting[i] == 0) {
                order[count++] = (int32_t)i;
            }
        }
        for (size_t done = 0; done < count; done++) {
            int32_t tail = order[done];
            for (size_t k = starts[tail]; k < starts[tail + 1]; k++) {
                if (--waiting[heads[k]] == 0) { /* the last to lead here is the farthest: the order is by rank */
                    ranks[heads[k]] = ranks[tail] + 1;
                    order[count++] = heads[k];
                }
            }
        }
    }
    PyMem_Free(starts);
    PyMem_Free(heads);
    PyMem_Free(waiting);
    PyMem_Free(order);
    if (!fine) {
        PyErr_NoMemory();
    }
    return fine;
}

PyDoc_STRVAR(ranks_doc,
"_ranks(nodes, keys, /)\n--\n\n"
"Return for each node the rank of its group: edges between groups of computed nodes lead from lower to higher ranks.\n"
"Groups in a cycle, or after one, have -1.");

static PyObject *
function_ranks(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    Nodes nodes;
    int32_t *groups = read_call("_ranks", 2, 1, 2, arguments, count, &nodes);
    if (groups == NULL) {
        return NULL;
    }
    int32_t *ranks = groups + nodes.count;
    number_groups(groups, nodes.count);
    Passings all = {NULL, 0, 0};
    PyObject *result = NULL;
    if (find_passing(&nodes, groups, false, NULL, &all) && find_ranks(&all, 2 * (size_t)nodes.count, ranks)) {
        for (Py_ssize_t i = 0; i < nodes.count; i++) {
            groups[i] = ranks[groups[i]];
        }
        result = list_of_numbers(groups, nodes.count);
    }
    PyMem_Free(all.entries);
    PyMem_Free(groups);
    return result;
}
