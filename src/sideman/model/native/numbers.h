/* Numbers: their types, rounding to 8 bits, and the functions that a network takes of them, the same bits everywhere.
 * Plain loops, for the compiler to vectorise.
 */

#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#define SUM_LANES 16 /* partial sums of a reduction; the width of a head is a multiple */

#if defined(__AVX512F__)
#define WIDTH 16 /* numbers of a register */
#elif defined(__AVX2__)
#define WIDTH 8
#else
#define WIDTH 4
#endif

typedef float floats __attribute__((vector_size(WIDTH * sizeof(float)), aligned(4)));
typedef int32_t ints __attribute__((vector_size(WIDTH * sizeof(int32_t)), aligned(4)));

static inline uint32_t bits_of(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static inline float float_of(uint32_t bits) {
  float number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/* Adding this leaves the nearest integer, ties to even, in the last bits of a float. */
static const float ROUND = 12582912.0f;

/* e^x for x <= 88, to 2 units in the last place. */
static inline float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  float shifted = x * 1.44269504f + ROUND, whole = shifted - ROUND;
  float rest = x - whole * 0.693359375f - whole * -2.12194440e-4f;
  float sum = 1.9875691500e-4f;
  sum = sum * rest + 1.3981999507e-3f;
  sum = sum * rest + 8.3334519073e-3f;
  sum = sum * rest + 4.1665795894e-2f;
  sum = sum * rest + 1.6666665459e-1f;
  sum = sum * rest + 5.0000001201e-1f;
  sum = sum * rest * rest + rest + 1.0f;
  return sum * float_of((bits_of(shifted) + 127) << 23);
}

/* GELU's tanh form, h / 2 * (1 + tanh(u)) = h / (1 + e^-2u). */
static inline float gelu(float h) {
  float u = 1.595769122f * h * (1.0f + 0.044715f * h * h);
  u = u < -80.0f ? -80.0f : u;
  return h / (1.0f + exponential(-u));
}

/* The sum of partial sums, in one order. */
static inline float across(const float lanes[SUM_LANES]) {
  float sum[SUM_LANES];
  memcpy(sum, lanes, sizeof sum);
  for (int half_way = SUM_LANES / 2; half_way; half_way /= 2)
    for (int lane = 0; lane < half_way; lane++) sum[lane] += sum[lane + half_way];
  return sum[0];
}

static void normalise(const float *x, const float *gain, const float *bias, int width, float epsilon, float *out) {
  float lanes[SUM_LANES] = {0};
  for (int i = 0; i < width; i += SUM_LANES)
    for (int lane = 0; lane < SUM_LANES; lane++) lanes[lane] += x[i + lane];
  float mean = across(lanes) / (float)width;
  memset(lanes, 0, sizeof lanes);
  for (int i = 0; i < width; i += SUM_LANES)
    for (int lane = 0; lane < SUM_LANES; lane++) {
      float distance = x[i + lane] - mean;
      lanes[lane] += distance * distance;
    }
  float scale = 1.0f / sqrtf(across(lanes) / (float)width + epsilon);
  for (int i = 0; i < width; i++) out[i] = (x[i] - mean) * scale * gain[i] + bias[i];
}

/* Numbers as whole ones of at most `levels`, plus `zero`; returns what 1 is worth, not finite where a number isn't. */
static inline float quantise(const float *x, int count, int levels, int zero, uint8_t *out) {
  uint32_t largest = 0;
  for (int i = 0; i < count; i++) {
    uint32_t size = bits_of(x[i]) & 0x7fffffff;
    largest = size > largest ? size : largest;
  }
  float most = float_of(largest), inverse = most > 0 ? (float)levels / most : 0;
  for (int i = 0; i < count; i++) out[i] = (uint8_t)(bits_of(x[i] * inverse + ROUND) + (uint32_t)zero);
  return most / (float)levels;
}
