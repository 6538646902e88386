/* Reads what an engine read, on the machine that this is compiled for: the test compares the logits.
 *
 *     replay IN OUT
 *
 * IN, in numbers of 32 bits as tests/model/test_other_machines.py writes them: the shape, threads, rows of the cache, the
 * bytes of weights, offsets, vectors, table, keys, values and scales, the number of reads; the four arrays; then of each
 * read its count, how many logits are wanted (-1: all), the inputs, and which are wanted. OUT: the level, then all logits.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct shape {
  int32_t layers, width, heads, context, vocabulary, columns;
  float epsilon;
};

struct job {
  const void *engine;
  void *keys, *values, *scales;
  int rows, count;
  const int32_t *inputs;
  int wanted;
  const int32_t *want;
  float *logits;
  char *scratch;
};

extern int sideman_level(void);
extern size_t sideman_scratch(const void *engine);
extern void *sideman_open(const struct shape *shape, const void *weights, const void *offsets, const void *vectors,
                          const void *table, int threads);
extern void sideman_close(void *engine);
extern void sideman_read(void *engine, struct job *job);

static FILE *in, *out;

static void *aligned(size_t size) {
  char *memory = calloc(size + 64, 1);
  return memory + (64 - (uintptr_t)memory % 64) % 64;
}

static void *take(size_t size) {
  void *memory = aligned(size);
  if (fread(memory, 1, size, in) != size) exit(3);
  return memory;
}

static int32_t number(void) { return *(int32_t *)take(4); }

int main(int argc, char **argv) {
  if (argc != 3 || !(in = fopen(argv[1], "rb")) || !(out = fopen(argv[2], "wb"))) return 2;
  struct shape *shape = take(sizeof *shape);
  int threads = number(), rows = number();
  size_t sizes[7];
  void *arrays[4];
  for (int i = 0; i < 7; i++) sizes[i] = (size_t)number();
  int reads = number();
  for (int i = 0; i < 4; i++) arrays[i] = take(sizes[i]);
  void *engine = sideman_open(shape, arrays[0], arrays[1], arrays[2], arrays[3], threads);
  void *keys = aligned(sizes[4]), *values = aligned(sizes[5]), *scales = aligned(sizes[6]);
  char *scratch = aligned(sideman_scratch(engine));
  int32_t level = sideman_level();
  fwrite(&level, sizeof level, 1, out);
  while (reads--) {
    int count = number(), wanted = number();
    int32_t *inputs = take((size_t)count * (2 + (size_t)shape->columns) * 4);
    int32_t *want = wanted < 0 ? NULL : take((size_t)wanted * 4);
    if (!want) wanted = count;
    size_t size = (size_t)wanted * (size_t)shape->vocabulary;
    float *logits = aligned(size * sizeof *logits);
    struct job job = {NULL, keys, values, scales, rows, count, inputs, wanted, want, logits, scratch};
    sideman_read(engine, &job);
    fwrite(logits, sizeof *logits, size, out);
  }
  sideman_close(engine);
  return fclose(out) ? 4 : 0;
}
