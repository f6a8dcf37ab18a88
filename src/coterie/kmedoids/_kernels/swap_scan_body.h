/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled for each level (simd.h), in float64. */
#ifdef REAL_IS_DOUBLE
/* n points at these distances from a candidate. Returns by how much the loss would fall, at most 0, with the candidate as
 * one more medoid; to removal[i] (k,) INOUT, the cost of taking medoid i away, goes what the candidate changes of it.
 *
 * Only points nearer to the candidate than to their second nearest medoid count, few as a rule: they are found a vector at
 * a time, and added one by one in the order of the points, so that the bits are the same at all levels.
 *
 * is_chord: the distances are chords of the unit sphere, and distances of medoids the arcs above them. limit: at least
 * the distance, or chord, of the second nearest medoid. */
static TARGET double FN(swap_scan)(
        const double *distance, ptrdiff_t n, int is_chord, const double *nearest, const double *second,
        const double *limit, const double *weight, const int64_t *label, double *removal) {
    double gain = 0.0;
    for (ptrdiff_t i = 0; i < n;) {
        uint64_t near;
        ptrdiff_t start = i;
        if (i + LANES <= n) {
            near = VBITS(VLT(VLOAD(distance + i), VLOAD(limit + i)));
            i += LANES;
        } else {
            near = distance[i] < limit[i];
            i++;
        }
        for (; near; near &= near - 1) {
            ptrdiff_t at = start + lowest_bit(near);
            double d = distance[at];
            if (is_chord) {
                d = 2.0 * asin(d < 2.0 ? 0.5 * d : 1.0);
                if (!(d < second[at])) continue;
            }
            if (d < nearest[at]) {
                gain += weight[at] * (d - nearest[at]);
                d = nearest[at];
            }
            removal[label[at]] += weight[at] * (d - second[at]);
        }
    }
    return gain;
}
#endif
