/* SPDX-License-Identifier: BSD-3-Clause */
/* The chunk counter that the threads of one parallel region share, and a monotonic clock. */
#ifndef COTERIE_WORK_H
#define COTERIE_WORK_H
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t next;     /* next chunk that nobody has taken; atomic */
    int64_t n_chunks; /* where the chunks end */
    int64_t n;        /* items, of which a chunk has `size`, and the last one what is left */
    int64_t size;
    int64_t stop;     /* set once: no thread takes another chunk; atomic */
    int64_t active;   /* helpers that are in the region; atomic */
    double pause_at;  /* when the calling thread goes back to Python, seconds */
    const struct work_limits *limits; /* for each slot, where the threads of a job work on the region; else NULL */
} work_t;

#define COTERIE_SLOTS 256 /* threads that may work on a job at the same time, at most */
typedef struct work_limits {
    int64_t stopped;             /* set once: as `stop` of a region, for all regions of the job; atomic */
    double until[COTERIE_SLOTS]; /* when the thread of this slot is to return, seconds */
} work_limits_t;

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
static inline int64_t work_fetch_add(int64_t *p, int64_t v) {
    return _InterlockedExchangeAdd64((volatile int64_t *)p, v);
}
static inline int64_t work_load(int64_t *p) { return *(volatile int64_t *)p; }
static inline void work_store(int64_t *p, int64_t v) { _InterlockedExchange64((volatile int64_t *)p, v); }
#else
static inline int64_t work_fetch_add(int64_t *p, int64_t v) { return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST); }
static inline int64_t work_load(int64_t *p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
static inline void work_store(int64_t *p, int64_t v) { __atomic_store_n(p, v, __ATOMIC_SEQ_CST); }
#endif

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#undef near /* words of 16-bit Windows, which are names here */
#undef far
#undef small
static double work_clock(void) { return 1e-3 * (double)GetTickCount64(); }
#else
#include <time.h>
static double work_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
#endif

typedef struct {
    ptrdiff_t index;  /* number of the chunk */
    ptrdiff_t start;  /* its items: start .. stop - 1 */
    ptrdiff_t stop;
} part_t;

/* The time of this slot is up: of each thread of a job, or else only of the caller, who is to look into Python. */
static inline int work_pauses(work_t *w, int slot) {
    if (w->limits) return work_clock() >= w->limits->until[slot] || work_load((int64_t *)&w->limits->stopped);
    return slot == 0 && work_clock() >= w->pause_at;
}

/* The next chunk for the thread of this slot (0: the caller). 0 where there is none: all are taken, the region was
 * stopped, or the time of this slot is up. */
static inline int work_take(work_t *w, int slot, part_t *part) {
    if (work_load(&w->stop) || work_pauses(w, slot)) return 0;
    int64_t chunk = work_fetch_add(&w->next, 1);
    if (chunk >= w->n_chunks) return 0;
    part->index = (ptrdiff_t)chunk;
    part->start = (ptrdiff_t)(chunk * w->size);
    part->stop = (ptrdiff_t)(w->n - part->start < w->size ? w->n : part->start + w->size);
    return 1;
}
#endif
