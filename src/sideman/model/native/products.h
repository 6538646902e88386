/* Products of 8-bit integers: inputs without a sign, weights with one, exact sums; to floats by scales and biases.
 *
 * Weights are packed in panels of PANEL outputs, (panel, input / 4, PANEL, 4): one stream of memory, read once for
 * several positions.
 */

#pragma once

#include <stddef.h>

#include "numbers.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_FEATURE_DOTPROD)
#include <arm_neon.h>
#endif

#define PANEL 64    /* outputs side by side in a packed weight */
#define TILE_ROWS 4 /* positions that share a read of the weights */
#define LEVELS 127
#if defined(__ARM_FEATURE_DOTPROD)
#define ZERO 0 /* what stands for 0 in the inputs of products that can be negative: here they keep their sign, */
#else
#define ZERO 128 /* elsewhere they have none */
#endif

/* Adds to each sum four products: `four` inputs, 8 bits each, with four weights. */
static inline ints dot(ints sum, uint32_t four, ints weights) {
#if defined(__AVX512VNNI__) && WIDTH == 16
  return (ints)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32((int)four), (__m512i)weights);
#elif defined(__AVXVNNI__) && WIDTH == 8
  return (ints)_mm256_dpbusd_avx_epi32((__m256i)sum, _mm256_set1_epi32((int)four), (__m256i)weights);
#elif WIDTH == 8
  __m256i even = _mm256_srai_epi16(_mm256_slli_epi16((__m256i)weights, 8), 8);
  __m256i odd = _mm256_srai_epi16((__m256i)weights, 8);
  even = _mm256_madd_epi16(even, _mm256_set1_epi32((int)(four & 0xff00ff)));
  odd = _mm256_madd_epi16(odd, _mm256_set1_epi32((int)(four >> 8 & 0xff00ff)));
  return sum + (ints)even + (ints)odd;
#elif defined(__SSE2__)
  __m128i even = _mm_srai_epi16(_mm_slli_epi16((__m128i)weights, 8), 8);
  __m128i odd = _mm_srai_epi16((__m128i)weights, 8);
  even = _mm_madd_epi16(even, _mm_set1_epi32((int)(four & 0xff00ff)));
  odd = _mm_madd_epi16(odd, _mm_set1_epi32((int)(four >> 8 & 0xff00ff)));
  return sum + (ints)even + (ints)odd;
#elif defined(__ARM_FEATURE_DOTPROD) /* of numbers with a sign: the highest bit as -128, times -weights, none is -128 */
  int8x16_t signed_weights = (int8x16_t)weights;
  int8x16_t low = vreinterpretq_s8_u32(vdupq_n_u32(four & 0x7f7f7f7f));
  int8x16_t high = vreinterpretq_s8_u32(vdupq_n_u32(four & 0x80808080));
  return (ints)vdotq_s32(vdotq_s32((int32x4_t)sum, signed_weights, low), vnegq_s8(signed_weights), high);
#else
  for (int i = 0; i < 4; i++) sum += (weights << (24 - 8 * i) >> 24) * (int32_t)(four >> 8 * i & 255);
  return sum;
#endif
}

/* The same with inputs that can be negative. */
static inline ints dot_around_zero(ints sum, uint32_t four, ints weights) {
#if ZERO == 0
  return (ints)vdotq_s32((int32x4_t)sum, (int8x16_t)weights, vreinterpretq_s8_u32(vdupq_n_u32(four)));
#else
  return dot(sum, four, weights);
#endif
}

/* Vectors of sums, for a number of positions, that fit the registers at once, where that was worth the while. */
#if defined(__ARM_FEATURE_DOTPROD)
#define BESIDE(rows) ((rows) == 1 ? PANEL / WIDTH : (rows) < 4 ? 8 : 4)
#else
#define BESIDE(rows) (PANEL / WIDTH)
#endif

struct matrix {
  const int8_t *panels;      /* (panels, inputs / 4, PANEL, 4) */
  const int32_t *offset;     /* (panels * PANEL): what 128 as the inputs' ZERO adds to a sum, negative; or NULL */
  const float *scale, *bias; /* (panels * PANEL) or NULL */
  int inputs, outputs;
};

/* Inputs of a product: numbers (position, inputs) and what one of them is worth (position). */
struct inputs {
  uint8_t *numbers;
  float *scale;
};

/* One panel's outputs (rows, PANEL) for `rows` positions from `first` on, of inputs around ZERO or of none below 0.
 * Which of both, and how many, are constants where this is called. */
static inline __attribute__((always_inline)) void tile(const struct matrix *matrix, int panel, struct inputs inputs,
                                                       int around_zero, int first, int rows, float *out) {
  enum { VECTORS = PANEL / WIDTH };
  const int beside = BESIDE(rows);
  const int32_t *offset = around_zero && ZERO != 0 ? matrix->offset + panel * PANEL : NULL;
  for (int from = 0; from < VECTORS; from += beside) {
    const int8_t *weights = matrix->panels + (size_t)panel * matrix->inputs * PANEL + from * WIDTH * 4;
    const uint8_t *numbers = inputs.numbers + (size_t)first * matrix->inputs;
    ints sums[TILE_ROWS][VECTORS];
    for (int v = 0; v < beside; v++)
      for (int row = 0; row < rows; row++)
        sums[row][v] = offset ? *(const ints *)(offset + (from + v) * WIDTH) : (ints){0};
    for (int input = 0; input < matrix->inputs; input += 4, weights += 4 * PANEL) {
      uint32_t four[TILE_ROWS];
      for (int row = 0; row < rows; row++) memcpy(&four[row], numbers + (size_t)row * matrix->inputs + input, 4);
      for (int v = 0; v < beside; v++) {
        ints fours = *(const ints *)(weights + v * WIDTH * 4);
        for (int row = 0; row < rows; row++)
          sums[row][v] = around_zero ? dot_around_zero(sums[row][v], four[row], fours)
                                     : dot(sums[row][v], four[row], fours);
      }
    }
    for (int row = 0; row < rows; row++)
      for (int v = 0; v < beside; v++) {
        int output = (from + v) * WIDTH;
        floats number = __builtin_convertvector(sums[row][v], floats) * inputs.scale[first + row];
        if (matrix->scale) number *= *(const floats *)(matrix->scale + panel * PANEL + output);
        if (matrix->bias) number += *(const floats *)(matrix->bias + panel * PANEL + output);
        *(floats *)(out + row * PANEL + output) = number;
      }
  }
}

/* One panel's outputs (count, PANEL), by tiles of about the same number of positions. */
static void product(const struct matrix *matrix, int panel, struct inputs inputs, int count, float *out) {
  for (int first = 0, tiles = (count + TILE_ROWS - 1) / TILE_ROWS; tiles; tiles--) {
    int rows = (count - first + tiles - 1) / tiles;
    switch (rows) {
      case 1: tile(matrix, panel, inputs, 1, first, 1, out); break;
      case 2: tile(matrix, panel, inputs, 1, first, 2, out); break;
      case 3: tile(matrix, panel, inputs, 1, first, 3, out); break;
      default: tile(matrix, panel, inputs, 1, first, 4, out);
    }
    first += rows, out += rows * PANEL;
  }
}

static inline int panels(int outputs) { return (outputs + PANEL - 1) / PANEL; }

static inline int least(int a, int b) { return a < b ? a : b; }
