# SPDX-License-Identifier: BSD-3-Clause
"""Clusters between steep areas of a reachability plot (Ankerst, Breunig, Kriegel and Sander 1999, section 4.3)."""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t


cdef struct plot_t:
    Py_ssize_t n
    const double *height             # (n + 1,), reachability in the order of the visits; infinity behind the last
    const int64_t *before            # (n,), the place of each one's predecessor, -1 if there is none; or NULL
    double ratio                     # 1 - xi: how much a steep point differs from the next one
    Py_ssize_t min_samples
    Py_ssize_t min_cluster_size


cdef inline bint falls(const plot_t *p, Py_ssize_t i) noexcept nogil:
    return p.height[i] / p.height[i + 1] > 1.0


cdef inline bint rises(const plot_t *p, Py_ssize_t i) noexcept nogil:
    return p.height[i] / p.height[i + 1] < 1.0


cdef inline bint is_steep_down(const plot_t *p, Py_ssize_t i) noexcept nogil:
    return p.height[i] / p.height[i + 1] >= 1.0 / p.ratio


cdef inline bint is_steep_up(const plot_t *p, Py_ssize_t i) noexcept nogil:
    return p.height[i] / p.height[i + 1] <= p.ratio


cdef inline Py_ssize_t end_of_area(const plot_t *p, Py_ssize_t start, bint down) noexcept nogil:
    """The last steep point of the area that starts with one: it goes on in its direction, and has no more than
    min_samples points in a row that are not steep."""
    cdef Py_ssize_t i, end = start, gentle = 0
    for i in range(start, p.n):
        if is_steep_down(p, i) if down else is_steep_up(p, i):
            gentle = 0
            end = i
        elif rises(p, i) if down else falls(p, i):
            break
        else:
            gentle += 1
            if gentle > p.min_samples:
                break
    return end


cdef inline bint correct(const plot_t *p, Py_ssize_t *start, Py_ssize_t *end) noexcept nogil:
    """Take points off the end that were not reached from within the cluster (Schubert and Gertz 2018). Whether points
    are left."""
    while start[0] < end[0]:
        if p.height[start[0]] > p.height[end[0]] or start[0] <= p.before[end[0]] < end[0]:
            return True
        end[0] -= 1
    return False


def find_clusters(
        const double[::1] height,        # IN     (n + 1,), reachability in the order of the visits, infinity behind it
        const int64_t[::1] before,       # IN     (n,), the place of the predecessor, or -1; empty: no correction
        double xi,                       # IN     from 0 to less than 1
        Py_ssize_t min_samples,          # IN
        Py_ssize_t min_cluster_size,     # IN
        int64_t[:, ::1] areas,           # WORK   (n, 2), start and end of steep areas that go down
        double[::1] between,             # WORK   (n,), the highest point between the end of each and here
        int64_t[:, ::1] clusters):       # OUT    (enough,), first and last place; what has no room is only counted
    """Find all clusters, smaller ones before those around them. Returns their number."""
    cdef:
        plot_t plot = plot_t(height.shape[0] - 1, &height[0], NULL, 1.0 - xi, min_samples, min_cluster_size)
        plot_t *p = &plot
        Py_ssize_t n_areas = 0, n_clusters = 0, room = clusters.shape[0], seen = 0
        Py_ssize_t steep, k, m, start, end, up_start, up_end
        double highest = 0.0, top
        bint down
    if before.shape[0]:
        p.before = &before[0]
    with nogil:
        for steep in range(p.n):
            if steep < seen or not (is_steep_down(p, steep) or is_steep_up(p, steep)):
                continue
            for k in range(seen, steep + 1):
                highest = max(highest, height[k])
            # Areas are of no use any more once the plot was as high as they start, but for xi.
            m = 0
            for k in range(n_areas):
                if highest <= height[areas[k, 0]] * p.ratio and highest < INFINITY:
                    areas[m, 0] = areas[k, 0]
                    areas[m, 1] = areas[k, 1]
                    between[m] = max(between[k], highest)
                    m += 1
            n_areas = m
            down = is_steep_down(p, steep)
            end = end_of_area(p, steep, down)
            seen = end + 1
            if down:
                areas[n_areas, 0] = steep
                areas[n_areas, 1] = end
                between[n_areas] = 0.0
                n_areas += 1
                highest = height[seen]
                continue
            highest = height[seen]
            up_start = steep
            up_end = end
            for k in range(n_areas - 1, -1, -1):  # the last one is the innermost
                start = areas[k, 0]
                end = up_end
                top = height[start]
                if height[up_end + 1] * p.ratio < between[k]:
                    continue
                # Begin and end at about the same height.
                if top * p.ratio >= height[up_end + 1]:
                    while start < areas[k, 1] and height[start + 1] > height[up_end + 1]:
                        start += 1
                elif height[up_end + 1] * p.ratio >= top:
                    while end > up_start and height[end - 1] > top:
                        end -= 1
                if p.before and not correct(p, &start, &end):
                    continue
                if end - start + 1 < min_cluster_size or start > areas[k, 1] or end < up_start:
                    continue
                if n_clusters < room:
                    clusters[n_clusters, 0] = start
                    clusters[n_clusters, 1] = end
                n_clusters += 1
    return n_clusters
