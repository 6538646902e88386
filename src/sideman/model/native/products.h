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
#endif

#define PANEL 64    /* outputs side by side in a packed weight */
#define TILE_ROWS 4 /* positions that share a read of the weights */
#define LEVELS 127
#define ZERO 128 /* what stands for 0 in the inputs of products, which have no sign */

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
#else
  for (int i = 0; i < 4; i++) sum += (weights << (24 - 8 * i) >> 24) * (int32_t)(four >> 8 * i & 255);
  return sum;
#endif
}

struct matrix {
  const int8_t *panels;      /* (panels, inputs / 4, PANEL, 4) */
  const int32_t *offset;     /* (panels * PANEL): what ZERO adds to a sum, negative; or NULL */
  const float *scale, *bias; /* (panels * PANEL) or NULL */
  int inputs, outputs;
};

/* Inputs of a product: numbers (position, inputs) and what one of them is worth (position). */
struct inputs {
  uint8_t *numbers;
  float *scale;
};

/* One panel's outputs (rows, PANEL) for `rows` positions from `first` on; a constant where this is called. */
static inline __attribute__((always_inline)) void tile(const struct matrix *matrix, int panel, struct inputs inputs,
                                                       int first, int rows, float *out) {
  enum { VECTORS = PANEL / WIDTH };
  const int8_t *weights = matrix->panels + (size_t)panel * matrix->inputs * PANEL;
  const uint8_t *numbers = inputs.numbers + (size_t)first * matrix->inputs;
  ints sums[TILE_ROWS][VECTORS];
  for (int v = 0; v < VECTORS; v++)
    for (int row = 0; row < rows; row++)
      sums[row][v] = matrix->offset ? *(const ints *)(matrix->offset + panel * PANEL + v * WIDTH) : (ints){0};
  for (int input = 0; input < matrix->inputs; input += 4, weights += 4 * PANEL) {
    uint32_t four[TILE_ROWS];
    for (int row = 0; row < rows; row++) memcpy(&four[row], numbers + (size_t)row * matrix->inputs + input, 4);
    for (int v = 0; v < VECTORS; v++) {
      ints fours = *(const ints *)(weights + v * WIDTH * 4);
      for (int row = 0; row < rows; row++) sums[row][v] = dot(sums[row][v], four[row], fours);
    }
  }
  for (int row = 0; row < rows; row++)
    for (int v = 0; v < VECTORS; v++) {
      int output = panel * PANEL + v * WIDTH;
      floats number = __builtin_convertvector(sums[row][v], floats) * inputs.scale[first + row];
      if (matrix->scale) number *= *(const floats *)(matrix->scale + output);
      if (matrix->bias) number += *(const floats *)(matrix->bias + output);
      *(floats *)(out + row * PANEL + v * WIDTH) = number;
    }
}

/* One panel's outputs (count, PANEL), by tiles of about the same number of positions. */
static void product(const struct matrix *matrix, int panel, struct inputs inputs, int count, float *out) {
  for (int first = 0, tiles = (count + TILE_ROWS - 1) / TILE_ROWS; tiles; tiles--) {
    int rows = (count - first + tiles - 1) / tiles;
    switch (rows) {
      case 1: tile(matrix, panel, inputs, first, 1, out); break;
      case 2: tile(matrix, panel, inputs, first, 2, out); break;
      case 3: tile(matrix, panel, inputs, first, 3, out); break;
      default: tile(matrix, panel, inputs, first, 4, out);
    }
    first += rows, out += rows * PANEL;
  }
}

static inline int panels(int outputs) { return (outputs + PANEL - 1) / PANEL; }

static inline int least(int a, int b) { return a < b ? a : b; }
