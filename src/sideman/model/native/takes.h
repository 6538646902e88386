/* Takes under way: they read, draw and go on together, as long as nobody's part begins or ends. Then Python decides.
 *
 * What composer.py and take.py do id by id, with the same outcome; it serves them as the kernel serves the engine.
 */

#pragma once

#include "allowed.h"
#include "network.h"

/* Why a take waits for Python. */
enum waits {
  FOR_NOTHING,
  FOR_ACCEPTING, /* `token` was drawn; it begins a part or ends one */
  FOR_ONLY,      /* `token` is the only one that may follow; likewise */
  FOR_NEAREST,   /* `token` was drawn, and the chart forbids it */
  FOR_DRAWING,   /* what is drawn here it knows better */
  FOR_MEMORY,
};

struct take {
  /* What Python sets; it knows these fields by their order. */
  struct drawing drawing;
  struct leading leading;
  int32_t row;    /* of the cache */
  int32_t unread; /* ids at the end that the engine has not read */
  /* What Python reads. */
  int32_t count, waits, token;
  int32_t *ids;      /* (count) */
  int16_t *features; /* (count, FEATURES) */
  /* What is this file's. */
  int32_t room;
  int32_t is_settled; /* the ids to draw among, `wished`, and those that may follow are known */
  struct ids wished, may;
  struct standing at;
};

/* What the engine reads of all takes in one step. */
struct batch {
  struct take **takes;
  int32_t count, steps; /* takes; how many steps at most */
  int32_t columns;      /* features that the engine reads */
  const int32_t *column, *offset; /* (columns) which; (2 + columns) row of the table where ids, positions and each begin */
  int32_t *lengths;               /* (rows) of the cache */
  int32_t room;                   /* inputs that fit */
  int32_t *inputs, *want;         /* (room, 4 + columns), (count) */
};

static int take_in(struct take *take, int id) {
  if (take->count == take->room) {
    int32_t room = take->room ? 2 * take->room : 512;
    int32_t *ids = realloc(take->ids, room * sizeof *ids);
    if (ids) take->ids = ids;
    int16_t *features = realloc(take->features, (size_t)room * FEATURES * sizeof *features);
    if (features) take->features = features;
    if (!ids || !features) return 0;
    take->room = room;
  }
  if (!push(&take->at, id)) return 0;
  take->ids[take->count] = id;
  write_features(&take->at, take->features + (size_t)take->count * FEATURES);
  take->count++, take->unread++;
  take->leading.part_over = take->is_settled = 0;
  return 1;
}

static void wait_for(struct take *take, enum waits what, int token) { take->waits = what, take->token = token; }

/* Whether an id goes on within a part: whoever plays it has begun, and not ended. */
static int goes_on(const struct take *take, int id) {
  enum kind kind = take->at.language->kinds[id];
  return kind == POSITION || kind == LENGTH || kind == PITCH || kind == HIT || kind == LOUDNESS;
}

/* Go on as long as there is one choice only. */
static void follow(struct take *take) {
  int16_t ids[MAX_VOCABULARY];
  while (!take->waits) {
    if (!choices(&take->at, &take->leading, &take->wished, &take->may)) {
      wait_for(take, FOR_DRAWING, -1);
      return;
    }
    int count = list(&take->may, ids);
    take->is_settled = count > 1;
    if (count > 1) return;
    if (!count)
      wait_for(take, FOR_DRAWING, -1);
    else if (!goes_on(take, ids[0]))
      wait_for(take, FOR_ONLY, ids[0]);
    else if (!take_in(take, ids[0]))
      wait_for(take, FOR_MEMORY, -1);
  }
}

/* Draw an id by logits (vocabulary), and go on. */
static void draw_next(struct take *take, const float *logits) {
  int16_t ids[MAX_VOCABULARY];
  float added[MAX_VOCABULARY];
  if (!take->is_settled) {
    wait_for(take, FOR_DRAWING, -1);
    return;
  }
  double factors[KINDS];
  const float *adding = add_up(&take->at, &take->leading, added);
  const double *leaning = lean(&take->at, &take->leading, factors);
  int place = draw(&take->drawing, logits, ids, list(&take->wished, ids), take->at.language->kinds, leaning, adding);
  if (place < 0)
    wait_for(take, FOR_DRAWING, -1);
  else if (!has(&take->may, ids[place]))
    wait_for(take, FOR_NEAREST, ids[place]);
  else if (!goes_on(take, ids[place]))
    wait_for(take, FOR_ACCEPTING, ids[place]);
  else if (!take_in(take, ids[place]))
    wait_for(take, FOR_MEMORY, -1);
  else
    follow(take);
}

/* The inputs of a step; how many, or 0 where they don't fit. */
static int gather(const struct batch *batch, int context) {
  int count = 0;
  for (int number = 0; number < batch->count; number++) {
    struct take *take = batch->takes[number];
    int position = batch->lengths[take->row];
    if (!take->unread || take->unread > batch->room - count || position + take->unread > context) return 0;
    for (int place = take->count - take->unread; place < take->count; place++, position++, count++) {
      int32_t *input = batch->inputs + (size_t)count * (4 + batch->columns);
      const int16_t *features = take->features + (size_t)place * FEATURES;
      input[0] = take->row, input[1] = position;
      input[2] = take->ids[place], input[3] = batch->offset[1] + position;
      for (int i = 0; i < batch->columns; i++) input[4 + i] = batch->offset[2 + i] + features[batch->column[i]];
    }
    batch->want[number] = count - 1;
  }
  return count;
}
