/* Which ids may follow in a take, and what is added to their logits: what tokens/grammar.py, leader.py, chart_rules.py
 * and fitting.py say, where somebody's part goes on or is over. Tests compare them, id for id.
 */

#pragma once

#include "standing.h"

/* A set of ids. */
struct ids {
  uint64_t words[WORDS];
};

/* What the chart demands in a bar, by the step on which the prefix stands, as in BarRules. */
struct rules {
  uint64_t open[MAX_ROLES][MAX_POSITIONS + 1]; /* [step + 1]: where the next onset of each role may be */
  uint64_t lengths[2][MAX_POSITIONS];          /* those that ring into nothing: of others, of the bass */
  int32_t longest[2][MAX_POSITIONS];
  int32_t is_due[MAX_POSITIONS + 1]; /* [step + 1]: the bass has yet to begin a slash bass */
  int32_t begins[MAX_POSITIONS];     /* step on which the chord of each step begins */
  int32_t asked[MAX_POSITIONS];      /* its slash bass, or -1 */
  int32_t bass;                      /* the role */
};

/* What is the leader's and the weights' besides. */
struct leading {
  const struct ids *open;    /* (parts begun) in this bar */
  const struct rules *rules; /* of this bar, or NULL */
  const float *styling;      /* (role, position, vocabulary) of this bar, or NULL */
  const int32_t *rubbing;    /* (steps + 1, pitch class) how many steps before each a melody's neighbours sounded, or NULL */
  const float *registers;    /* (role, pitch) what is added to pitches, or NULL */
  int32_t steps, bar_begin;  /* of the chart, and where this bar begins */
  double avoiding, chord_share;
  const float *fullness;     /* (role, density) what is added to densities, or NULL */
  double resting[MAX_ROLES], thickness[MAX_ROLES]; /* how much likelier a rest is, and another note of an onset */
  float fitting[MAX_ROLES], moving[MAX_ROLES], steady[MAX_ROLES];
  int32_t is_leaning, is_steady; /* whether any of resting and thickness, of steady, does something */
  int32_t part_over; /* a part ends here, whatever the grammar would allow */
};

static int begins(const struct standing *at, enum kind kind) { return at->language->first[kind]; }
static int many(const struct standing *at, enum kind kind) { return begins(at, kind + 1) - begins(at, kind); }

static int has(const struct ids *ids, int id) { return (int)(ids->words[id / 64] >> id % 64 & 1); }

/* The first `count` bits: those at and above `from`. */
static uint64_t bits_from(int from, int count) {
  uint64_t all = count >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1;
  return from >= 64 ? 0 : all & ~(uint64_t)0 << (from > 0 ? from : 0);
}

/* Add the ids of a kind whose values are in a word of 64. */
static void allow(const struct standing *at, struct ids *ids, enum kind kind, int word, uint64_t values) {
  int first = begins(at, kind) + 64 * word;
  ids->words[first / 64] |= values << first % 64;
  if (first % 64 && first / 64 + 1 < WORDS) ids->words[first / 64 + 1] |= values >> (64 - first % 64);
}

/* Take away the ids of a kind whose values are not in a word of 64. */
static void keep_of(const struct standing *at, struct ids *ids, enum kind kind, int word, uint64_t values) {
  struct ids away = {{0}};
  allow(at, &away, kind, word, bits_from(0, many(at, kind) - 64 * word) & ~values);
  for (int i = 0; i < WORDS; i++) ids->words[i] &= ~away.words[i];
}

/* The next part, or the end of the bar. */
static void allow_part(const struct standing *at, struct ids *ids) {
  const struct language *language = at->language;
  int whole = at->played_count >= at->band_count;
  for (int role = 0; role < language->roles; role++) {
    int may = at->band_count ? !whole && at->band[at->played_count] == role : 1;
    for (int i = 0; i < at->played_count && !at->band_count; i++) may &= at->played[i] != role;
    if (!may) continue;
    allow(at, ids, TRACK, 0, (uint64_t)1 << role), allow(at, ids, REST, 0, (uint64_t)1 << role);
    allow(at, ids, TRACK_DENSITY, 0, bits_from(0, language->densities) << role * language->densities);
  }
  if (at->stage != HEAD && whole) allow(at, ids, BAR, 0, 1), allow(at, ids, END, 0, 1);
}

static void allow_positions(const struct standing *at, struct ids *ids, int from) {
  allow(at, ids, POSITION, 0, bits_from(from, at->measure.steps));
}

static void allow_after_sound(const struct standing *at, struct ids *ids) {
  const struct language *language = at->language;
  allow_part(at, ids);
  allow_positions(at, ids, at->position + 1);
  if (language->is_drum[at->role]) {
    for (int hit = at->pitch + 1; hit < many(at, HIT); hit++)
      if (!(language->hits[hit] & at->sounding.words[0])) allow(at, ids, HIT, hit / 64, (uint64_t)1 << hit % 64);
    return;
  }
  int is_free = 0;
  for (int word = 0; word < 2; word++) {
    uint64_t pitches = language->in_range[word] & ~at->sounding.words[word];
    is_free |= pitches != 0;
    allow(at, ids, PITCH, word, pitches & bits_from(at->pitch + 1 - 64 * word, 64));
  }
  if (is_free) allow(at, ids, LENGTH, 0, bits_from(at->length + 1, many(at, LENGTH))); /* it wants one more pitch */
}

/* What the grammar allows; false where it is not asked, because the leader decides what follows. */
static int allow_by_grammar(const struct standing *at, struct ids *ids) {
  const struct language *language = at->language;
  memset(ids, 0, sizeof *ids);
  if (at->stage == HEAD || at->stage == RESTING) {
    allow_part(at, ids);
  } else if (at->stage == IN_TRACK) {
    int loudness = at->loudness[at->role], told = language->kinds[at->last] == LOUDNESS;
    if (loudness >= 0) allow_positions(at, ids, 0);
    uint64_t level = loudness >= 0 ? (uint64_t)1 << loudness : 0;
    if (!told) allow(at, ids, LOUDNESS, 0, bits_from(0, many(at, LOUDNESS)) & ~level);
  } else if (at->stage == ONSET && language->is_drum[at->role]) {
    for (int word = 0; word * 64 < many(at, HIT); word++) allow(at, ids, HIT, word, bits_from(0, many(at, HIT) - 64 * word));
  } else if (at->stage == ONSET || at->stage == IN_LENGTH) {
    for (int word = 0; word < 2 && (at->stage == IN_LENGTH || at->length >= 0); word++)
      allow(at, ids, PITCH, word, language->in_range[word] & ~at->sounding.words[word]);
    uint64_t length = at->length >= 0 ? (uint64_t)1 << at->length : 0;
    if (at->stage == ONSET) allow(at, ids, LENGTH, 0, bits_from(0, many(at, LENGTH)) & ~length);
  } else if (at->stage == SOUND) {
    allow_after_sound(at, ids);
  } else {
    return 0;
  }
  return 1;
}

/* Take away all but the ids from one kind to another. */
static void keep_kinds(const struct standing *at, struct ids *ids, enum kind first, enum kind last) {
  struct ids kept = {{0}};
  for (int id = begins(at, first); id < begins(at, last + 1); id++) kept.words[id / 64] |= (uint64_t)1 << id % 64;
  for (int i = 0; i < WORDS; i++) ids->words[i] &= kept.words[i];
}

static void forbid_notes(const struct standing *at, struct ids *ids, int lengths_too) {
  for (int word = 0; word < 2; word++) keep_of(at, ids, PITCH, word, 0);
  if (lengths_too) keep_of(at, ids, LENGTH, 0, 0);
}

/* Take away what the chart forbids to the role whose part is under way. */
static void restrict_to(const struct rules *rules, const struct standing *at, struct ids *ids) {
  int step = at->position, is_bass = at->role == rules->bass;
  if (at->stage == HEAD || at->stage == RESTING) return;
  if (at->stage == IN_TRACK || at->stage == SOUND) {
    keep_of(at, ids, POSITION, 0, rules->open[at->role][step + 1]);
    if (is_bass && at->stage == SOUND && rules->is_due[step + 1]) keep_kinds(at, ids, POSITION, PITCH); /* it goes on */
  }
  if (at->stage == IN_TRACK || at->language->is_drum[at->role]) return;
  if (at->stage != IN_LENGTH) keep_of(at, ids, LENGTH, 0, rules->lengths[is_bass][step]);
  if (at->length > rules->longest[is_bass][step]) forbid_notes(at, ids, 0);
  if (is_bass && at->position_before < rules->begins[step] && rules->asked[step] >= 0)
    for (int word = 0; word < 2; word++) {
      uint64_t pitches = 0;
      for (int bit = 0; bit < 64; bit++) pitches |= (uint64_t)((bit + 64 * word) % 12 == rules->asked[step]) << bit;
      keep_of(at, ids, PITCH, word, pitches);
    }
}

/* The ids among which is drawn, `wished`, and those that may follow; false as above. */
static int choices(const struct standing *at, const struct leading *leading, struct ids *wished, struct ids *may) {
  if (!allow_by_grammar(at, wished)) return 0;
  for (int i = 0; i < WORDS; i++) wished->words[i] &= leading->open[at->played_count].words[i];
  int sounding = __builtin_popcountll(at->sounding.words[0]) + __builtin_popcountll(at->sounding.words[1]);
  if (at->stage == SOUND && sounding >= at->language->voices[at->role]) forbid_notes(at, wished, 1);
  if (leading->part_over) keep_kinds(at, wished, TRACK, REST);
  *may = *wished;
  if (leading->rules && !leading->part_over) restrict_to(leading->rules, at, may);
  return 1;
}

/* Ids of a set in rising order; returns how many. */
static int list(const struct ids *set, int16_t *out) {
  int count = 0;
  for (int word = 0; word < WORDS; word++)
    for (uint64_t left = set->words[word]; left; left &= left - 1)
      out[count++] = (int16_t)(64 * word + __builtin_ctzll(left));
  return count;
}

/* ---- what is added to logits ---- */

/* How much pitch classes rub against the melody, (12,); false where none does. */
static int rub(const struct standing *at, const struct leading *leading, float weights[12]) {
  if (!leading->rubbing || at->role < 0 || at->position < 0 || at->length < 0 || at->language->is_drum[at->role]) return 0;
  int begin = leading->bar_begin + at->position, end = begin + at->language->lengths[at->length], any = 0;
  if (end > leading->steps) end = leading->steps;
  for (int class = 0; class < 12 && begin < end; class++) {
    int steps = leading->rubbing[end * 12 + class] - leading->rubbing[begin * 12 + class];
    double weight = steps * (-leading->avoiding / (end - begin));
    if (has_root(at, at->chord) && at->language->tones[at->chord.chord] >> class & 1) weight *= leading->chord_share;
    weights[class] = (float)weight;
    any |= steps != 0;
  }
  return any;
}

static int may_end(const struct standing *at) { return at->stage == HEAD || at->stage == RESTING || at->stage == SOUND; }

/* How much likelier each kind is, as Habits.factors tells; NULL where none is. */
static const double *lean(const struct standing *at, const struct leading *leading, double factors[KINDS]) {
  if (!leading->is_leaning || !may_end(at)) return NULL;
  for (int kind = 0; kind < KINDS; kind++) factors[kind] = 1;
  if (at->played_count < at->band_count) factors[REST] = leading->resting[at->band[at->played_count]];
  if (at->stage == SOUND) factors[LENGTH] = factors[PITCH] = factors[HIT] = leading->thickness[at->role];
  return factors;
}

/* What is added, (vocabulary,), in the order of Fitting.row; NULL where nothing is. */
static const float *add_up(const struct standing *at, const struct leading *leading, float *added) {
  int first = begins(at, PITCH), vocabulary = begins(at, KINDS), role = at->role;
  float rubs[12], tone = role >= 0 ? leading->fitting[role] : 0;
  int fits = tone != 0 && at->position >= 0 && at->position % at->language->beat == 0 && has_root(at, at->chord);
  int is_rubbing = rub(at, leading, rubs);
  int moves = (at->stage == ONSET || at->stage == IN_LENGTH || at->stage == SOUND) && at->top >= 0 && leading->moving[role];
  int is_steady = leading->is_steady && may_end(at), is_full = leading->fullness && may_end(at);
  int is_common = at->measure.steps == many(at, POSITION) && at->measure.metre * at->language->beat == at->measure.steps;
  int is_styled = leading->styling && is_common;
  int is_pitched = leading->registers && role >= 0 && at->length >= 0 && !at->language->is_drum[role];
  if (!fits && !is_rubbing && !moves && !is_steady && !is_full && !is_styled && !is_pitched) return NULL;
  memset(added, 0, vocabulary * sizeof *added);
  for (int pitch = 0; pitch < many(at, PITCH) && (fits || is_rubbing); pitch++) {
    if (fits && at->language->tones[at->chord.chord] >> pitch % 12 & 1) added[first + pitch] = tone;
    if (is_rubbing) added[first + pitch] += rubs[pitch % 12];
  }
  if (is_styled) {
    int positions = many(at, POSITION);
    size_t row = (size_t)(role > 0 ? role : 0) * positions + (at->position > 0 ? at->position : 0);
    for (int id = 0; id < vocabulary; id++) added[id] += leading->styling[row * vocabulary + id];
  }
  if (moves) added[first + at->top] -= leading->moving[role];
  for (int value = 0, levels = at->language->densities; value < at->language->roles * levels && (is_steady || is_full); value++) {
    float habit = is_steady && at->densities[value / levels] == value % levels ? leading->steady[value / levels] : 0;
    if (is_full) habit += leading->fullness[value];
    added[begins(at, TRACK_DENSITY) + value] += habit;
  }
  for (int pitch = 0; pitch < many(at, PITCH) && is_pitched; pitch++)
    added[first + pitch] += leading->registers[role * many(at, PITCH) + pitch];
  return added;
}
