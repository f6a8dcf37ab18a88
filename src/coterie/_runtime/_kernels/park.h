/* SPDX-License-Identifier: BSD-3-Clause */
/* A mutex, and a place where threads sleep until something that it guards has changed. */
#ifndef COTERIE_PARK_H
#define COTERIE_PARK_H
#include "work.h"

#ifdef _WIN32
typedef struct {
    SRWLOCK mutex;
    CONDITION_VARIABLE changed;
} park_t;
static inline void park_init(park_t *p) {
    InitializeSRWLock(&p->mutex);
    InitializeConditionVariable(&p->changed);
}
static inline void park_lock(park_t *p) { AcquireSRWLockExclusive(&p->mutex); }
static inline void park_unlock(park_t *p) { ReleaseSRWLockExclusive(&p->mutex); }
static inline void park_wake_all(park_t *p) { WakeAllConditionVariable(&p->changed); }
static inline void park_sleep(park_t *p, double seconds) {
    SleepConditionVariableSRW(&p->changed, &p->mutex, (DWORD)(1e3 * seconds) + 1, 0);
}
#else
#include <pthread.h>
/* It is never destroyed: it owns nothing outside itself, and in a forked child its sleepers are gone, for whom
 * pthread_cond_destroy would wait. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
} park_t;
static inline void park_init(park_t *p) {
    pthread_mutex_init(&p->mutex, NULL);
#ifdef __APPLE__
    pthread_cond_init(&p->changed, NULL);
#else
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* the clock of work_clock: nobody sets it */
    pthread_cond_init(&p->changed, &attributes);
    pthread_condattr_destroy(&attributes);
#endif
}
static inline void park_lock(park_t *p) { pthread_mutex_lock(&p->mutex); }
static inline void park_unlock(park_t *p) { pthread_mutex_unlock(&p->mutex); }
static inline void park_wake_all(park_t *p) { pthread_cond_broadcast(&p->changed); }
/* With the lock held; it is released meanwhile. Returns when woken, after `seconds` (at most a day), or for no reason. */
static inline void park_sleep(park_t *p, double seconds) {
    struct timespec t;
#ifdef __APPLE__
    t.tv_sec = (time_t)seconds;
    t.tv_nsec = (long)(1e9 * (seconds - (double)t.tv_sec));
    pthread_cond_timedwait_relative_np(&p->changed, &p->mutex, &t);
#else
    double until = work_clock() + seconds;
    t.tv_sec = (time_t)until;
    t.tv_nsec = (long)(1e9 * (until - (double)t.tv_sec));
    pthread_cond_timedwait(&p->changed, &p->mutex, &t);
#endif
}
#endif
#endif
