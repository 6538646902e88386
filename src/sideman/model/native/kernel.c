/* The inner loop of the engine: GPT-2 with context features in 8-bit integers. Knows no music; what Python calls.
 *
 * Reading weights, keys and values takes most of a step, so they have 8 bits: weights with a scale for each output,
 * keys and values with one for each head of a position. What they are multiplied with has 8 bits too, with a scale for
 * each position, and the sums of products are exact. What that costs is measured in docs/performance.md.
 *
 * Every number is the same bits whatever else is in the batch, however many threads compute, and on every machine with
 * IEEE arithmetic: sums of integers are exact, those of floats have one order, across lanes too (SUM_LANES), products
 * of floats are never fused with sums (-ffp-contract=off), and exp is ours.
 */

#if !defined(__APPLE__) /* it would hide what asks for the processor there */
#define _POSIX_C_SOURCE 200809L
#endif

#include "takes.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(__aarch64__) && defined(_WIN32)
#include <windows.h>
#endif

#define ABI 5 /* raised when a function or a layout changes */
#define PUBLIC __attribute__((visibility("default")))

PUBLIC int sideman_abi(void) { return ABI; }

/* Which of the kernel's builds this processor runs best. x86-64: 0, v2; 1, v3; 2, v3 with AVX-VNNI; 3, v4 with
 * AVX512-VNNI; asked of the processor itself, since not every compiler's runtime knows. ARM of 64 bits: 0, any; 1, with
 * products of four (dotprod); only the system can tell. Another kind has one build: 0. */
PUBLIC int sideman_level(void) {
#if defined(__x86_64__)
  enum { V3_1 = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C, V3_7 = bit_AVX2 | bit_BMI | bit_BMI2 };
  enum { V4_7 = bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW };
  enum { AVX512_VNNI = 1 << 11, AVX_VNNI = 1 << 4 };
  enum { AVX_STATE = 0x06, AVX512_STATE = 0xe6 }; /* registers that the system keeps for a thread */
  unsigned a, b, c, d, extended, saved;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & V3_1) != V3_1) return 0;
  __asm__("xgetbv" : "=a"(saved), "=d"(d) : "c"(0));
  if (!__get_cpuid(0x80000001, &a, &b, &extended, &d) || !(extended & bit_LZCNT)) return 0;
  if ((saved & AVX_STATE) != AVX_STATE) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & V3_7) != V3_7) return 0;
  int wide = (b & V4_7) == V4_7 && b >> 31 && (saved & AVX512_STATE) == AVX512_STATE; /* the last bit: AVX512VL */
  if (wide && c & AVX512_VNNI) return 3;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && a & AVX_VNNI ? 2 : 1;
#elif defined(__aarch64__) && defined(__linux__)
  enum { DOTPROD = 1 << 20 };
  return (getauxval(AT_HWCAP) & DOTPROD) != 0;
#elif defined(__aarch64__) && defined(__APPLE__)
  int has = 0;
  size_t size = sizeof has;
  return !sysctlbyname("hw.optional.arm.FEAT_DotProd", &has, &size, NULL, 0) && has;
#elif defined(__aarch64__) && defined(_WIN32)
  enum { DOTPROD = 43 }; /* PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE */
  return IsProcessorFeaturePresent(DOTPROD) != 0;
#else
  return 0;
#endif
}

/* Bytes of scratch that a call needs. */
PUBLIC size_t sideman_scratch(const struct engine *engine) {
  struct scratch at;
  return take_shared(engine, NULL, &at) + take_own(engine, NULL, &at) * MAX_THREADS;
}

/* Where the next part of an array is. */
struct packed {
  const int8_t *weights;
  const int32_t *offsets;
  const float *vectors;
};

static const float *take_vector(struct packed *packed, int count) {
  const float *taken = packed->vectors;
  packed->vectors += count;
  return taken;
}

static struct matrix take_matrix(struct packed *packed, int inputs, int outputs) {
  int width = panels(outputs) * PANEL;
  const float *scale = take_vector(packed, width), *bias = take_vector(packed, width);
  struct matrix matrix = {packed->weights, packed->offsets, scale, bias, inputs, outputs};
  packed->weights += (size_t)inputs * width, packed->offsets += width;
  return matrix;
}

/* An engine that reads these arrays, which must outlive it; NULL where memory ends.
 *
 * weights: of each layer query-key-value, attended, wide, narrow, then the head, all as panels; offsets: of each.
 * vectors: of each layer both norms' gain and bias; of each matrix scales and biases, in the order of the weights; the
 * last norm's gain and bias before the head's. Offsets, scales and biases fill whole panels. table: (rows, width).
 */
PUBLIC struct engine *sideman_open(const struct shape *shape, const int8_t *weights, const int32_t *offsets,
                                   const float *vectors, const float *table, int threads) {
  struct engine *engine = calloc(1, sizeof *engine);
  struct layer *layers = calloc(shape->layers, sizeof *layers);
  if (!engine || !layers) {
    free(engine), free(layers);
    return NULL;
  }
  int width = shape->width;
  struct packed packed = {weights, offsets, vectors};
  engine->shape = *shape, engine->layers = layers, engine->table = table;
  engine->head_width = width / shape->heads, engine->positions = panels(shape->context) * PANEL;
  for (int number = 0; number < shape->layers; number++) {
    struct layer *layer = &layers[number];
    for (int i = 0; i < 4; i++) layer->norm[i] = take_vector(&packed, width);
    layer->query_key_value = take_matrix(&packed, width, 3 * width);
    layer->attended = take_matrix(&packed, width, width);
    layer->wide = take_matrix(&packed, width, 4 * width);
    layer->narrow = take_matrix(&packed, 4 * width, width);
  }
  for (int i = 0; i < 2; i++) engine->norm[i] = take_vector(&packed, width);
  engine->head = take_matrix(&packed, width, shape->vocabulary);
  open_team(&engine->team, threads, read_job);
  return engine;
}

PUBLIC void sideman_close(struct engine *engine) {
  close_team(&engine->team);
  free(engine->layers);
  free(engine);
}

/* Read inputs into the cache and write the logits that are wanted. All numbers must be in range. */
PUBLIC void sideman_read(struct engine *engine, struct job *job) {
  job->engine = engine;
  do_job(&engine->team, job);
}

/* ---- takes ---- */

/* A take that stands before the first id of a song, or NULL where memory ends. The language and the form, of `count`
 * bars, must outlive it; `bars` is how many the features count down from. */
PUBLIC struct take *sideman_take(const struct language *language, const struct bar *form, int count, int bars, int origin,
                                 int has_echoes) {
  struct take *take = calloc(1, sizeof *take);
  if (!take) return NULL;
  take->at = (struct standing){
      .language = language, .bars = form, .form_bars = count, .bars_in_all = bars, .origin = origin, .has_echoes = has_echoes};
  begin_standing(&take->at);
  return take;
}

PUBLIC void sideman_forget(struct take *take) {
  free(take->at.recall.entries);
  free(take->ids), free(take->features);
  free(take);
}

/* Forget all ids. */
PUBLIC void sideman_restart(struct take *take) {
  begin_standing(&take->at);
  take->count = take->unread = take->is_settled = 0;
}

/* Take ids that were decided elsewhere; false where memory ends. */
PUBLIC int sideman_push(struct take *take, const int32_t *ids, int count) {
  for (int i = 0; i < count; i++)
    if (!take_in(take, ids[i])) return 0;
  return 1;
}

/* Go on as far as there is no choice. */
PUBLIC void sideman_follow(struct take *take) {
  take->waits = FOR_NOTHING, take->is_settled = 0;
  follow(take);
}

/* Draw for each take of a batch by its logits (count, vocabulary). */
PUBLIC void sideman_draw(const struct batch *batch, const float *logits) {
  for (int number = 0; number < batch->count; number++) {
    struct take *take = batch->takes[number];
    take->waits = FOR_NOTHING;
    draw_next(take, logits + (size_t)number * begins(&take->at, KINDS));
  }
}

/* Read and draw, until a take waits, one does not fit its row any more, or as many steps are done as the batch says; how
 * many were. A job as for sideman_read, of which what is read is filled in here; its logits are those of the last step. */
PUBLIC int sideman_compose(struct engine *engine, struct job *job, const struct batch *batch) {
  int done = 0, waiting = 0;
  job->inputs = batch->inputs, job->want = batch->want, job->wanted = batch->count;
  while (done < batch->steps && !waiting && (job->count = gather(batch, engine->shape.context))) {
    sideman_read(engine, job);
    for (int number = 0; number < batch->count; number++) {
      struct take *take = batch->takes[number];
      batch->lengths[take->row] += take->unread;
      take->unread = 0;
    }
    sideman_draw(batch, job->logits);
    for (int number = 0; number < batch->count; number++) waiting |= batch->takes[number]->waits;
    done++;
  }
  return done;
}
