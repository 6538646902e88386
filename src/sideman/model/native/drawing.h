/* From logits to an id: kinds, temperatures, top-p and a race, as model/sampling.py draws them. Knows no music.
 *
 * Logarithm and power of e are ours, so that a draw is the same bits on every machine; they differ from numpy's in the
 * last bit at most, which changes one draw in 10^15. Sums are taken in the order of the ids.
 */

#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#define MAX_VOCABULARY 1024
#define MAX_KINDS 16

struct drawing {
  double kind_power, powers[MAX_KINDS]; /* of probabilities: of the kinds, of the ids of each */
  double top_p;
  double (*uniform)(void *random); /* numpy's generator: the next number from 0 to below 1 */
  void *random;
  int32_t is_greedy;
};

static double double_of(uint64_t bits) {
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/* e^x for x <= 0, to 1 unit in the last place; 0 where that is no normal number. Cody and Waite's reduction. */
static double power_of_e(double x) {
  if (x < -708) return 0;
  double shifted = x * 1.4426950408889634 + 6755399441055744.0; /* the nearest integer in the last bits */
  double whole = shifted - 6755399441055744.0;
  double r = x - whole * 6.93147180369123816490e-01 - whole * 1.90821492927058770002e-10;
  double sum = 1.0 / 6227020800;
  sum = sum * r + 1.0 / 479001600;
  sum = sum * r + 1.0 / 39916800;
  sum = sum * r + 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = sum * r * r + r + 1;
  return sum * double_of((uint64_t)((int64_t)whole + 1023) << 52);
}

/* The logarithm of a normal number above 0, to 2 units in the last place: of 2^e m it is e ln 2 + 2 artanh((m-1)/(m+1)). */
static double logarithm(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int exponent = (int)(bits >> 52) - 1023;
  double m = double_of((bits & 0xfffffffffffff) | (uint64_t)1023 << 52);
  if (m > 1.4142135623730951) m /= 2, exponent++;
  double s = (m - 1) / (m + 1), square = s * s, sum = 1.0 / 23;
  for (int odd = 21; odd > 1; odd -= 2) sum = sum * square + 1.0 / odd;
  double artanh = s + s * square * sum;
  return exponent * 6.93147180369123816490e-01 + (2 * artanh + exponent * 1.90821492927058770002e-10);
}

/* Which is first of a race; `weights`, of which the largest is 1, are overwritten. */
static int race(const struct drawing *drawing, double *weights, int count) {
  if (!drawing->is_greedy && count > 1)
    for (int i = 0; i < count; i++) weights[i] /= 2.2250738585072014e-308 - logarithm(1 - drawing->uniform(drawing->random));
  int first = 0;
  for (int i = 1; i < count; i++) first = weights[i] > weights[first] ? i : first;
  return first;
}

static void sift(double *heap, int count, int place) {
  for (int child; (child = 2 * place + 1) < count; place = child) {
    if (child + 1 < count && heap[child + 1] > heap[child]) child++;
    if (heap[place] >= heap[child]) return;
    double number = heap[place];
    heap[place] = heap[child], heap[child] = number;
  }
}

/* Sets all weights to zero but the likeliest that reach top-p; ties stay in. */
static void cut(double *weights, int count, double top_p) {
  double heap[MAX_VOCABULARY], sum = 0, reached = 0, least_kept = 0;
  memcpy(heap, weights, count * sizeof *heap);
  for (int i = 0; i < count; i++) sum += weights[i];
  for (int place = count / 2 - 1; place >= 0; place--) sift(heap, count, place);
  for (int left = count; left > 0 && reached < top_p * sum;) {
    reached += least_kept = heap[0];
    heap[0] = heap[--left];
    sift(heap, left, 0);
  }
  for (int i = 0; i < count; i++) weights[i] = weights[i] < least_kept ? 0 : weights[i];
}

static double largest(const double *numbers, int count) {
  double most = numbers[0];
  for (int i = 1; i < count; i++) most = numbers[i] > most ? numbers[i] : most;
  return most;
}

/* One of `count` ids in rising order, of `kinds` (vocabulary), by logits (vocabulary). `factors` (kinds), or NULL, tell
 * how much likelier each kind is; `added` (vocabulary), or NULL, counts within a kind. Its place among the ids, or -1
 * where a logit is not finite. */
static int draw(const struct drawing *drawing, const float *logits, const int16_t *ids, int count, const uint8_t *kinds,
                const double *factors, const float *added) {
  double scores[MAX_VOCABULARY], sums[MAX_KINDS];
  int bounds[MAX_KINDS + 1] = {0}, groups = 0, begin = 0, end = count;
  for (int i = 0; i < count; i++) {
    scores[i] = logits[ids[i]];
    if (!(fabs(scores[i]) <= 3.4028234663852886e38)) return -1;
    if (i && kinds[ids[i]] != kinds[ids[i - 1]]) bounds[++groups] = i;
  }
  bounds[++groups] = count;
  if (groups > 1) {
    double most = largest(scores, count);
    for (int group = 0; group < groups; group++) {
      sums[group] = 0;
      for (int i = bounds[group]; i < bounds[group + 1]; i++) sums[group] += power_of_e(scores[i] - most);
      if (factors) sums[group] *= factors[kinds[ids[bounds[group]]]];
    }
    most = largest(sums, groups);
    for (int group = 0; group < groups; group++) {
      sums[group] /= most;
      if (drawing->kind_power != 1 && sums[group] > 0)
        sums[group] = power_of_e(logarithm(sums[group]) * drawing->kind_power);
    }
    int group = race(drawing, sums, groups);
    begin = bounds[group], end = bounds[group + 1];
  }
  double power = drawing->powers[kinds[ids[begin]]], *weights = scores + begin;
  count = end - begin;
  if (added)
    for (int i = 0; i < count; i++) weights[i] += added[ids[begin + i]];
  double most = largest(weights, count);
  for (int i = 0; i < count; i++) weights[i] = power_of_e((weights[i] - most) * power);
  if (drawing->top_p < 1 && count > 1) cut(weights, count, drawing->top_p);
  return begin + race(drawing, weights, count);
}
