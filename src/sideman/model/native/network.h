/* GPT-2 with context features: positions in, keys and values into a cache, logits out. Knows no Python.
 *
 * Attention is two products: with the keys, PANEL positions a panel, and with the values of a head.
 */

#pragma once

#include "products.h"
#include "team.h"

#define BLOCK 64 /* positions read at once: enough for fast products, few enough for the processor's cache */
#define ALIGN 64

struct layer {
  const float *norm[4]; /* gain and bias of both norms */
  struct matrix query_key_value, attended, wide, narrow;
};

struct shape {
  int32_t layers, width, heads, context, vocabulary, columns; /* columns: rows of the table that add up to an input */
  float epsilon;
};

struct engine {
  struct shape shape;
  int head_width, positions; /* positions of the cache: whole panels of keys */
  struct layer *layers;
  const float *table, *norm[2];
  struct matrix head;
  struct team team;
};

/* What one call works on. */
struct job {
  const struct engine *engine; /* set here, the rest by Python */
  int8_t *keys, *values;       /* (layer, row, head, …), see struct memory */
  float *scales;               /* (layer, row, head, 3, positions): of keys, of values, the keys' offsets */
  int rows;                    /* of the cache */
  int count;                   /* of inputs */
  const int32_t *inputs;       /* (count, 2 + columns): row, position, which rows of the table add up to it */
  int wanted;
  const int32_t *want; /* (wanted) which of the inputs' logits, rising; NULL: all */
  float *logits;       /* (wanted, vocabulary) */
  char *scratch;
};

/* Memory to work in: what all members share, then each one's own. */
struct scratch {
  float *x, *projected, *mixed, *hidden;
  float *normal, *panel, *scores;
  uint8_t *shares;
  struct inputs inputs;
};

/* A member's view of a block of the inputs. */
struct part {
  const struct engine *engine;
  const struct job *job;
  struct member me;
  struct scratch at;
  int width, begin, count;
};

#define TAKE(name, type, count)                      \
  at->name = (type *)(memory ? memory + taken : NULL); \
  taken += ((count) * sizeof(type) + ALIGN - 1) / ALIGN * ALIGN;

static size_t take_shared(const struct engine *engine, char *memory, struct scratch *at) {
  size_t taken = 0, width = engine->shape.width;
  TAKE(x, float, BLOCK * width)
  TAKE(projected, float, BLOCK * 3 * width)
  TAKE(mixed, float, BLOCK * width)
  TAKE(hidden, float, BLOCK * 4 * width)
  return taken;
}

static size_t take_own(const struct engine *engine, char *memory, struct scratch *at) {
  size_t taken = 0, width = engine->shape.width;
  TAKE(normal, float, BLOCK * width)
  TAKE(panel, float, BLOCK * PANEL)
  TAKE(scores, float, engine->positions)
  TAKE(shares, uint8_t, engine->positions)
  TAKE(inputs.numbers, uint8_t, BLOCK * 4 * width)
  TAKE(inputs.scale, float, BLOCK)
  return taken;
}

#undef TAKE

/* Some of a number of items: those from `from` to before `to`. */
struct share {
  int from, to;
};

static struct share share_of(int64_t items, struct member me) {
  return (struct share){(int)(items * me.number / me.count), (int)(items * (me.number + 1) / me.count)};
}

/* Row, position and rows of the table of a place in the block. */
static const int32_t *input_at(const struct part *part, int place) {
  return part->job->inputs + (size_t)(part->begin + place) * (2 + part->engine->shape.columns);
}

static void embed(const struct part *part) {
  int width = part->width, columns = part->engine->shape.columns;
  struct share own = share_of(part->count, part->me);
  for (int place = own.from; place < own.to; place++) {
    float *out = part->at.x + (size_t)place * width;
    memset(out, 0, width * sizeof *out);
    for (int column = 0; column < columns; column++) {
      const float *row = part->engine->table + (size_t)input_at(part, place)[2 + column] * width;
      for (int i = 0; i < width; i++) out[i] += row[i];
    }
  }
}

/* Makes rows of numbers, (count, width), the inputs of a product. Each member does it for itself: less than waiting. */
static void prepare(const struct part *part, const float *numbers, int width, int count) {
  const struct inputs *inputs = &part->at.inputs;
  for (int place = 0; place < count; place++)
    inputs->scale[place] =
        quantise(numbers + (size_t)place * width, width, LEVELS, ZERO, inputs->numbers + (size_t)place * width);
}

static void prepare_normal(const struct part *part, const float *const norm[2]) {
  for (int place = 0; place < part->count; place++)
    normalise(part->at.x + (size_t)place * part->width, norm[0], norm[1], part->width, part->engine->shape.epsilon,
              part->at.normal + (size_t)place * part->width);
  prepare(part, part->at.normal, part->width, part->count);
}

enum result { SET, ADD, GELU }; /* what becomes of a product */

/* Panels `from` to `to` of a matrix's outputs (count, outputs) for the inputs that are prepared. */
static void multiply(const struct part *part, const struct matrix *matrix, int from, int to, int count, enum result how,
                     float *out) {
  for (int panel = from; panel < to; panel++) {
    product(matrix, panel, part->at.inputs, count, part->at.panel);
    int outputs = least(matrix->outputs - panel * PANEL, PANEL);
    for (int place = 0; place < count; place++) {
      float *number = out + (size_t)place * matrix->outputs + panel * PANEL;
      const float *result = part->at.panel + place * PANEL;
      if (how == SET)
        memcpy(number, result, outputs * sizeof *number);
      else if (how == ADD)
        for (int i = 0; i < outputs; i++) number[i] += result[i];
      else
        for (int i = 0; i < outputs; i++) number[i] = gelu(result[i]);
    }
  }
}

/* This member's share of all outputs. */
static void multiply_share(const struct part *part, const struct matrix *matrix, int count, enum result how,
                           float *out) {
  struct share own = share_of(panels(matrix->outputs), part->me);
  multiply(part, matrix, own.from, own.to, count, how, out);
}

/* ---- attention, of items head * count + place: a head's keys stay near while all places read them ---- */

/* What is cached of a layer, a row and a head. */
struct memory {
  int8_t *keys;   /* (positions / PANEL, head width / 4, PANEL, 4) */
  int8_t *values; /* (head width / PANEL, positions / 4, PANEL, 4) */
  float *key_scales, *value_scales;
  int32_t *key_offsets;
};

static struct memory cached(const struct part *part, int layer, int row, int head) {
  const struct engine *engine = part->engine;
  size_t positions = engine->positions, value_width = (size_t)panels(engine->head_width) * PANEL;
  size_t place = ((size_t)layer * part->job->rows + row) * engine->shape.heads + head;
  float *scales = part->job->scales + place * 3 * positions;
  return (struct memory){.keys = part->job->keys + place * positions * engine->head_width,
                         .values = part->job->values + place * positions * value_width,
                         .key_scales = scales,
                         .value_scales = scales + positions,
                         .key_offsets = (int32_t *)(scales + 2 * positions)};
}

/* Keys and values out of `projected` (count, 3 * width) into the cache. */
static void store(const struct part *part, int layer, int from, int to) {
  int head_width = part->engine->head_width;
  uint8_t *numbers = part->at.inputs.numbers;
  for (int item = from; item < to; item++) {
    int head = item / part->count, place = item % part->count, sum = 0;
    const int32_t *input = input_at(part, place);
    int row = input[0], position = input[1];
    struct memory memory = cached(part, layer, row, head);
    const float *key = part->at.projected + (size_t)place * 3 * part->width + part->width + head * head_width;
    memory.key_scales[position] = quantise(key, head_width, LEVELS, 0, numbers);
    int8_t *keys = memory.keys + (size_t)(position / PANEL) * PANEL * head_width + position % PANEL * 4;
    for (int i = 0; i < head_width; i += 4) memcpy(keys + i * PANEL, numbers + i, 4);
    for (int i = 0; i < head_width; i++) sum += (int8_t)numbers[i];
    memory.key_offsets[position] = -ZERO * sum;
    memory.value_scales[position] = quantise(key + part->width, head_width, LEVELS, 0, numbers);
    for (int first = 0; first < head_width; first += PANEL) {
      int8_t *values = memory.values + (size_t)first * part->engine->positions;
      values += (size_t)(position / 4) * PANEL * 4 + position % 4;
      for (int i = 0; i < least(head_width - first, PANEL); i++) values[i * 4] = (int8_t)numbers[first + i];
    }
  }
}

/* Scores to the shares of the values; returns the sum that these are shares of. */
static float soften(float *scores, int length, int end) {
  float highest[SUM_LANES], sums[SUM_LANES] = {0};
  for (int i = length; i < end; i++) scores[i] = -INFINITY;
  memcpy(highest, scores, sizeof highest);
  for (int i = SUM_LANES; i < end; i += SUM_LANES)
    for (int lane = 0; lane < SUM_LANES; lane++)
      highest[lane] = scores[i + lane] > highest[lane] ? scores[i + lane] : highest[lane];
  for (int lane = 1; lane < SUM_LANES; lane++) highest[0] = highest[lane] > highest[0] ? highest[lane] : highest[0];
  for (int i = 0; i < end; i++) scores[i] = exponential(scores[i] - highest[0]);
  for (int i = length; i < end; i++) scores[i] = 0;
  for (int i = 0; i < end; i += SUM_LANES)
    for (int lane = 0; lane < SUM_LANES; lane++) sums[lane] += scores[i + lane];
  return across(sums);
}

/* Over what is cached up to each position, to `mixed`. */
static void attend(const struct part *part, int layer, int from, int to) {
  int head_width = part->engine->head_width;
  float *scores = part->at.scores, scale;
  struct inputs query = {part->at.inputs.numbers, &scale}, shares = {part->at.shares, &scale};
  for (int item = from; item < to; item++) {
    int head = item / part->count, place = item % part->count;
    const int32_t *input = input_at(part, place);
    int row = input[0], length = input[1] + 1, end = panels(length) * PANEL;
    struct memory memory = cached(part, layer, row, head);
    const float *number = part->at.projected + (size_t)place * 3 * part->width + head * head_width;
    struct matrix keys = {memory.keys, memory.key_offsets, memory.key_scales, NULL, head_width, end};
    scale = quantise(number, head_width, LEVELS, ZERO, query.numbers) / sqrtf((float)head_width);
    for (int panel = 0; panel < panels(end); panel++) tile(&keys, panel, query, 1, 0, 1, scores + panel * PANEL);
    float sum = soften(scores, length, end);
    for (int i = 0; i < length; i++) scores[i] *= memory.value_scales[i];
    scale = quantise(scores, end, 2 * LEVELS + 1, 0, shares.numbers) / sum; /* shares have no sign */
    float *out = part->at.mixed + (size_t)place * part->width + head * head_width;
    for (int first = 0; first < head_width; first += PANEL) {
      const int8_t *panel = memory.values + (size_t)first * part->engine->positions;
      struct matrix values = {panel, NULL, NULL, NULL, (length + 3) / 4 * 4, PANEL};
      tile(&values, 0, shares, 0, 0, 1, part->at.panel);
      memcpy(out + first, part->at.panel, least(head_width - first, PANEL) * sizeof *out);
    }
  }
}

/* Queries, keys and values of the prepared inputs, and attention, to `mixed`. */
static void read_attention(const struct part *part, int layer) {
  const struct matrix *matrix = &part->engine->layers[layer].query_key_value;
  int heads = part->engine->shape.heads, head_panels = part->engine->head_width / PANEL;
  if (part->engine->head_width % PANEL || heads < part->me.count) {
    struct share own = share_of(heads * part->count, part->me);
    multiply_share(part, matrix, part->count, SET, part->at.projected);
    wait_for_all(part->me);
    store(part, layer, own.from, own.to);
    wait_for_all(part->me);
    attend(part, layer, own.from, own.to);
  } else { /* each member its own heads, from the product on: no need to wait */
    struct share own = share_of(heads, part->me);
    for (int kind = 0; kind < 3; kind++)
      multiply(part, matrix, (kind * heads + own.from) * head_panels, (kind * heads + own.to) * head_panels,
               part->count, SET, part->at.projected);
    store(part, layer, own.from * part->count, own.to * part->count);
    attend(part, layer, own.from * part->count, own.to * part->count);
  }
}

/* ---- layers ---- */

static void read_layer(const struct part *part, int number) {
  const struct layer *layer = &part->engine->layers[number];
  prepare_normal(part, layer->norm);
  read_attention(part, number);
  wait_for_all(part->me);
  prepare(part, part->at.mixed, part->width, part->count);
  multiply_share(part, &layer->attended, part->count, ADD, part->at.x);
  wait_for_all(part->me);
  prepare_normal(part, layer->norm + 2);
  multiply_share(part, &layer->wide, part->count, GELU, part->at.hidden);
  wait_for_all(part->me);
  prepare(part, part->at.hidden, 4 * part->width, part->count);
  multiply_share(part, &layer->narrow, part->count, ADD, part->at.x);
  wait_for_all(part->me);
}

/* Logits of the wanted places of the block, from number `first` of all that are wanted; returns how many. */
static int write_logits(const struct part *part, int first) {
  const struct engine *engine = part->engine;
  const struct job *job = part->job;
  int wanted = 0;
  for (; first + wanted < job->wanted; wanted++) {
    int place = (job->want ? job->want[first + wanted] : first + wanted) - part->begin;
    if (place >= part->count) break;
    normalise(part->at.x + (size_t)place * part->width, engine->norm[0], engine->norm[1], part->width,
              engine->shape.epsilon, part->at.normal + (size_t)wanted * part->width);
  }
  if (!wanted) return 0;
  prepare(part, part->at.normal, part->width, wanted);
  multiply_share(part, &engine->head, wanted, SET, job->logits + (size_t)first * engine->shape.vocabulary);
  return wanted;
}

/* A member's work on a job. The job is gone when all have waited for the last time. */
static void read_job(const void *argument, struct member me) {
  struct job job = *(const struct job *)argument;
  struct part part = {.engine = job.engine, .job = &job, .me = me, .width = job.engine->shape.width};
  char *own = job.scratch + take_shared(job.engine, job.scratch, &part.at);
  own += me.number * take_own(job.engine, NULL, &part.at);
  take_own(job.engine, own, &part.at);
  for (int first = 0; part.begin < job.count; part.begin += BLOCK) {
    part.count = least(job.count - part.begin, BLOCK);
    embed(&part);
    wait_for_all(me);
    for (int layer = 0; layer < job.engine->shape.layers; layer++) read_layer(&part, layer);
    first += write_logits(&part, first);
    wait_for_all(me); /* x is free for the next block, the logits are whole */
  }
}
