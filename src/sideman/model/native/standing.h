/* Where the ids of a take stand, and the context features of each: what tokens/prefix.py is, for takes under way.
 *
 * Trusts its ids, as that does. Tests compare the two, id for id.
 */

#pragma once

#include <stdlib.h>

#include "drawing.h"

#define WORDS (MAX_VOCABULARY / 64) /* of a set of ids */
#define MAX_ROLES 8
#define MAX_POSITIONS 64
#define MAX_CHANGES (MAX_POSITIONS + 2) /* of chord in a bar, with the one that begins the next */
#define FEATURES 22

/* Kinds of ids, in the order of the vocabulary. */
enum kind { START, END, BAR, STYLE, TEMPO, CHORD, BASS, TRACK, TRACK_DENSITY, REST, LOUDNESS, POSITION, LENGTH, PITCH, HIT, UNKNOWN, KINDS };

/* What the last id was part of, as in tokens/prefix.py; what has no end there is CONTROLS here. */
enum stage { CONTROLS, IN_BAR, CHORDS, CHANGE, HEAD, IN_TRACK, ONSET, IN_LENGTH, SOUND, RESTING };

/* The vocabulary and its tables, of which there is one. */
struct language {
  int32_t first[KINDS + 1]; /* id of each kind, and the end */
  int32_t roles, densities, qualities, beat, phrase, bars_left, none;
  int32_t is_drum[MAX_ROLES], voices[MAX_ROLES];
  const uint8_t *kinds;      /* (vocabulary) */
  const uint64_t *hits;      /* (hits) drums of each, the lowest first */
  const int32_t *lengths;    /* (lengths) steps */
  const uint16_t *tones;     /* (chords) pitch classes of each */
  uint64_t in_range[2];      /* pitches that may be played */
};

/* A bar of the form. */
struct bar {
  int32_t steps, metre, likeness, section, section_left, echo; /* echo: the earlier bar that it resembles, or -1 */
};

/* Values of 16 bits by keys of 47; one that is zero is empty. Nothing is taken out. */
struct recall {
  uint64_t *entries; /* key + 1, then the value */
  uint64_t mask, count;
};

struct change {
  int onset, chord, bass;
};

struct set {
  uint64_t words[2];
};

struct standing {
  const struct language *language;
  const struct bar *bars;
  int form_bars, bars_in_all, origin, has_echoes;
  enum stage stage;
  int last, bar, role, position, position_before, length, pitch, top, next, played_count, band_count, changes;
  int64_t place; /* of the last id within a part, or -1 */
  int loudness[MAX_ROLES], densities[MAX_ROLES], played[MAX_ROLES + 1], band[MAX_ROLES + 1];
  struct bar measure;
  struct change chord, head[MAX_CHANGES];
  struct set sounding; /* pitches of this onset, or drums */
  struct recall recall;
};

static uint64_t *find(const struct recall *recall, uint64_t key) {
  uint64_t at = key * 0x9e3779b97f4a7c15;
  for (at = (at ^ at >> 32) & recall->mask;; at = (at + 1) & recall->mask)
    if (!recall->entries[at] || recall->entries[at] >> 16 == key + 1) return &recall->entries[at];
}

/* Room for a few keys more; false where memory ends. */
static int make_room(struct recall *recall) {
  if (recall->entries && recall->count * 2 < recall->mask) return 1;
  uint64_t size = recall->entries ? 2 * (recall->mask + 1) : 512;
  struct recall larger = {calloc(size, sizeof *larger.entries), size - 1, recall->count};
  if (!larger.entries) return 0;
  for (uint64_t i = 0; recall->entries && i <= recall->mask; i++)
    if (recall->entries[i]) *find(&larger, (recall->entries[i] >> 16) - 1) = recall->entries[i];
  free(recall->entries);
  *recall = larger;
  return 1;
}

static void keep(struct recall *recall, uint64_t key, int value) {
  uint64_t *entry = find(recall, key);
  recall->count += !*entry;
  *entry = (key + 1) << 16 | (uint64_t)value;
}

static int recalled(const struct standing *at, uint64_t key) {
  uint64_t entry = *find(&at->recall, key);
  return entry ? (int)(entry & 0xffff) : at->language->none;
}

/* What followed a place last, what did under the chord that sounds, and what did in a bar. */
static uint64_t anywhere(const struct standing *at) { return (uint64_t)at->place * 4; }
static uint64_t under_chord(const struct standing *at) {
  return ((uint64_t)at->place << 9 | (uint64_t)(at->chord.chord + 1)) * 4 + 1;
}
static uint64_t in_bar(const struct standing *at, int bar) { return ((uint64_t)bar << 24 | (uint64_t)at->place) * 4 + 2; }

static int has_root(const struct standing *at, struct change change) {
  return change.chord >= 0 && change.chord < at->language->first[CHORD + 1] - at->language->first[CHORD] - 1;
}
static int root_of(const struct standing *at, struct change change) {
  return has_root(at, change) ? change.chord / at->language->qualities : -1;
}
static int quality_of(const struct standing *at, struct change change) {
  return has_root(at, change) ? change.chord % at->language->qualities : -1;
}

/* N.C., as where no chord is known. */
static struct change silence(const struct standing *at) {
  return (struct change){0, at->language->first[CHORD + 1] - at->language->first[CHORD] - 1, -1};
}

/* Stand before the first id. */
static void begin_standing(struct standing *at) {
  struct recall recall = at->recall;
  *at = (struct standing){.language = at->language,
                          .bars = at->bars,
                          .form_bars = at->form_bars,
                          .bars_in_all = at->bars_in_all,
                          .origin = at->origin,
                          .has_echoes = at->has_echoes,
                          .last = -1,
                          .bar = -1,
                          .role = -1,
                          .position = -1,
                          .position_before = -1,
                          .length = -1,
                          .pitch = -1,
                          .top = -1,
                          .place = -1,
                          .measure = {.echo = -1}};
  if (recall.entries) memset(recall.entries, 0, (recall.mask + 1) * sizeof *recall.entries);
  at->recall = (struct recall){recall.entries, recall.mask, 0};
  at->chord = silence(at);
  for (int role = 0; role < MAX_ROLES; role++) at->loudness[role] = at->densities[role] = -1;
}

/* Find the chord in force at a position of the part. */
static void move(struct standing *at, int position) {
  while (at->next < at->changes && at->head[at->next].onset <= position) at->chord = at->head[at->next++];
}

static void begin_part(struct standing *at, int role, enum stage stage) {
  at->stage = stage, at->role = role;
  if (at->played_count < MAX_ROLES) at->played[at->played_count++] = role;
  at->position = at->length = at->pitch = at->top = -1;
  at->next = 0;
  move(at, 0);
}

static void begin_bar(struct standing *at) {
  if (at->played_count) memcpy(at->band, at->played, sizeof at->band), at->band_count = at->played_count;
  at->stage = IN_BAR, at->bar++;
  at->changes = at->played_count = 0;
  struct bar none = {at->measure.steps, at->measure.metre, .echo = -1};
  at->measure = at->bar < at->form_bars ? at->bars[at->bar] : none;
}

/* Take an id of the bar's head or of the song's. */
static void push_head(struct standing *at, enum kind kind, int value) {
  if (kind == CHORD || kind == UNKNOWN) {
    int told = at->stage == CHORDS; /* a chord after a chord begins the next bar */
    int onset = at->stage == CHANGE ? at->position : told ? at->measure.steps : 0;
    at->chord = (struct change){onset, kind == CHORD ? value : -1, -1};
    if (at->changes < MAX_CHANGES) at->head[at->changes++] = at->chord;
    at->stage = told ? HEAD : CHORDS;
    at->position = -1;
  } else if (kind == BASS) {
    struct change *change = &at->head[at->changes ? at->changes - 1 : 0];
    change->bass = value;
    at->chord = *change;
  } else if (kind == POSITION) {
    at->stage = CHANGE, at->position = value;
  } else {
    at->role = at->position = -1;
    at->chord = silence(at);
    if (kind == BAR)
      begin_bar(at);
    else
      at->stage = CONTROLS;
  }
}

static int highest(struct set set) {
  for (int bit = 127; bit >= 0; bit--)
    if (set.words[bit / 64] >> bit % 64 & 1) return bit;
  return -1;
}

/* Take one id; false where memory ends. */
static int push(struct standing *at, int id) {
  const struct language *language = at->language;
  enum kind kind = language->kinds[id];
  int value = id - language->first[kind];
  if (!make_room(&at->recall)) return 0;
  if (at->place >= 0) {
    int told = id + (id >= language->none);
    keep(&at->recall, anywhere(at), told);
    keep(&at->recall, under_chord(at), told);
    if (at->has_echoes) keep(&at->recall, in_bar(at, at->bar), told);
  }
  if (kind == PITCH) {
    at->stage = SOUND, at->pitch = value;
    at->sounding.words[value / 64] |= (uint64_t)1 << value % 64;
  } else if (kind == POSITION && at->role >= 0) {
    at->stage = ONSET;
    at->top = at->position < 0 ? -1 : highest(at->sounding);
    at->position_before = at->position, at->position = value;
    at->sounding = (struct set){{0, 0}};
    move(at, value);
  } else if (kind == HIT) {
    at->stage = SOUND, at->pitch = value;
    at->sounding.words[0] |= language->hits[value];
  } else if (kind == LENGTH) {
    at->stage = IN_LENGTH, at->length = value;
  } else if (kind == LOUDNESS) {
    at->stage = IN_TRACK;
    if (at->role >= 0) at->loudness[at->role] = value;
  } else if (kind == TRACK) {
    begin_part(at, value, IN_TRACK);
  } else if (kind == TRACK_DENSITY) {
    begin_part(at, value / language->densities, IN_TRACK);
    at->densities[at->role] = value % language->densities;
  } else if (kind == REST) {
    begin_part(at, value, RESTING);
  } else {
    push_head(at, kind, value);
  }
  at->last = id;
  at->place = -1;
  if (at->role >= 0) {
    int positions = language->first[POSITION + 1] - language->first[POSITION];
    at->place = ((int64_t)id * (positions + 1) + at->position + 1) * language->roles + at->role;
  }
  return 1;
}

static int clamp(int number, int low, int high) { return number < low ? low : number > high ? high : number; }

/* The features of the last id, in the order of FEATURES in tokens/prefix.py. */
static void write_features(const struct standing *at, int16_t out[FEATURES]) {
  const struct language *language = at->language;
  struct change following = silence(at);
  int root = root_of(at, at->chord), degree = 0, beats = 0, length = -1, loudness = -1;
  int recall = language->none, under = language->none, echo = language->none;
  if (at->role >= 0) {
    recall = recalled(at, anywhere(at)), under = recalled(at, under_chord(at));
    if (at->measure.echo >= 0) echo = recalled(at, in_bar(at, at->measure.echo));
    if (at->next < at->changes) following = at->head[at->next];
    int away = following.onset - (at->position > 0 ? at->position : 0);
    if (following.onset) beats = (away + language->beat - 1) / language->beat;
    length = at->length, loudness = at->loudness[at->role];
  }
  if (at->pitch >= 0 && at->role > 0 && root >= 0) degree = (at->pitch + 120 - root) % 12 + 1;
  int bass = at->chord.bass >= 0 ? at->chord.bass : root;
  int16_t features[FEATURES] = {
      at->role + 1, at->position + 1, at->changes ? at->chord.chord + 1 : 0, root + 1, quality_of(at, at->chord) + 1,
      bass + 1, root_of(at, following) + 1, quality_of(at, following) + 1, beats, recall, under, length + 1,
      loudness + 1, degree, (at->bar > 0 ? at->bar : 0) % language->phrase,
      clamp(at->bars_in_all - 1 - at->bar, 0, language->bars_left), at->measure.metre, echo, at->measure.likeness,
      at->measure.section, at->measure.section_left, at->origin};
  memcpy(out, features, sizeof features);
}
