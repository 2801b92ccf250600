/*
 * Agreement of one group: normal case, checkpoints and view changes with n = 4 and f = 1. What is modelled and what is not is in docs/formal-model.md; "step N" is a
 * step of docs/protocol.md. `model/run` checks it exhaustively within the bounds below, and shows that the planted bugs (-DBUG_...) are found.
 *
 * Messages are never lost for good and never taken back: what was signed can reach anybody at any later time, or never. So there are no channels, only counts of the
 * correct replicas that signed each statement; a replica may act on them at any time, and need not.
 *
 * The faulty replica has no state. It is counted for every statement that anybody could want of it, so it equivocates in every way at once: towards everybody, in every
 * phase, view and position. Where it leads, each correct replica is shown the proposal, and the NewView, that suits it best.
 */

#ifndef VIEWS
#define VIEWS 3            /* views 0 .. VIEWS-1 */
#endif
#ifndef POSITIONS
#define POSITIONS 1        /* sequence numbers 1 .. POSITIONS */
#endif
#ifndef FAULTY_LEADS
#define FAULTY_LEADS 0     /* the view that the faulty replica leads */
#endif
#ifndef INTERVAL
#define INTERVAL 1         /* K: batches between checkpoints */
#endif

#define CORRECT 3          /* correct replicas 0 .. 2; the fourth is faulty */
#ifdef BUG_QUORUM_ONE_LESS
#define QUORUM 2
#else
#define QUORUM 3           /* q = ceil((n + f + 1) / 2) */
#endif
#define ENOUGH (QUORUM - 1) /* correct signers that make a quorum, with the faulty one's signature */

#define NONE 0
#define A 1                /* two batches of clients' requests */
#define B 2
#define NUL 3              /* the null batch, which fills gaps */

/* A certificate that batch d was prepared in view v is a number that grows with v; 0 is none. */
#define CERT(v, d) (4 * (v) + 4 + (d))
#define VIEW_OF(c) ((c) / 4 - 1)
#define BATCH_OF(c) ((c) % 4)

#define AT(r, s) ((r) * POSITIONS + (s) - 1)
#define VOTES(v, s, d) (((v) * POSITIONS + (s) - 1) * 4 + (d))
#define PLEDGE(r, w) ((r) * VIEWS + (w))
#define PLEDGED_AT(r, w, s) (((r) * VIEWS + (w)) * POSITIONS + (s) - 1)

/* What correct replicas have signed; counted up to ENOUGH, since more changes nothing. */
byte prepares[VIEWS * POSITIONS * 4];
byte commits[VIEWS * POSITIONS * 4];
byte checkpoints[POSITIONS + 1];
bool pledged[CORRECT * VIEWS];               /* ViewChange of replica r for view w ... */
byte pledgedStable[CORRECT * VIEWS];         /* ... with its stable checkpoint ... */
byte pledgedCert[CORRECT * VIEWS * POSITIONS]; /* ... and its certificates. */

/* What correct primaries have signed. */
byte proposed[VIEWS * POSITIONS];
bool opened[VIEWS];
byte openedLow[VIEWS];
byte openedCarried[VIEWS * POSITIONS];

/* The replicas. */
byte view[CORRECT];                          /* where it is, or moves to */
byte openView[CORRECT];                      /* the last view that it entered */
bool voting[CORRECT] = true;
byte accepted[CORRECT * POSITIONS];          /* in the open view */
bool committing[CORRECT * POSITIONS];        /* its Commit is out, in the open view */
byte cert[CORRECT * POSITIONS];              /* of the highest view that it holds */
byte voted[CORRECT * POSITIONS];             /* the batch that it voted to commit last, in whatever view */
byte low[CORRECT];                           /* position up to which the open view has nothing to vote on */
byte carried[CORRECT * POSITIONS];           /* by the NewView of the open view */
byte executed[CORRECT];
byte stable[CORRECT];

/* The batch with a commit certificate; whoever executes a position executes it. */
byte chosen[POSITIONS + 1];

/* The correct replicas' names mean nothing: what is the same but for their names is one state, in which their rows ascend. */
c_code {
    static uchar *const tables[] = {
        now.view, now.openView, now.voting, now.executed, now.stable, now.low, now.accepted, now.committing, now.cert, now.voted, now.carried,
        now.pledged, now.pledgedStable, now.pledgedCert };
    static const int widths[] = { 1, 1, 1, 1, 1, 1, POSITIONS, POSITIONS, POSITIONS, POSITIONS, POSITIONS, VIEWS, VIEWS, VIEWS * POSITIONS };
    enum { TABLES = sizeof(widths) / sizeof(widths[0]) };

    static void sortPair(int a, int b)
    {
        int t, k, order = 0;
        for (t = 0; t < TABLES && order == 0; t++) order = memcmp(tables[t] + a * widths[t], tables[t] + b * widths[t], widths[t]);
        if (order <= 0) return;
        for (t = 0; t < TABLES; t++)
        {
            for (k = 0; k < widths[t]; k++)
            {
                uchar kept = tables[t][a * widths[t] + k];
                tables[t][a * widths[t] + k] = tables[t][b * widths[t] + k];
                tables[t][b * widths[t] + k] = kept;
            }
        }
    }
}
#define SORTED c_code { sortPair(0, 1); sortPair(1, 2); sortPair(0, 1); }

#define HAS_PREPARED(v, s, d) (prepares[VOTES(v, s, d)] >= ENOUGH)
#define HAS_COMMITTED(v, s, d) (commits[VOTES(v, s, d)] >= ENOUGH)
#define HAS_CHECKPOINT(s) (checkpoints[s] >= ENOUGH)
#define IN_WINDOW(r, s) ((s) > stable[r] && (s) <= stable[r] + 2 * INTERVAL)

#define ADD(counter) if :: counter < ENOUGH -> counter++ :: else fi

#if defined(REACH_ANOTHER_BATCH)
#define REACHED(r, s) (view[r] == VIEWS - 1 && HAS_PREPARED(0, s, A) && accepted[AT(r, s)] == B)
#elif defined(REACH_BEHIND_CHECKPOINT)
#define REACHED(r, s) (s == 2 && low[r] == 1 && carried[AT(r, s)] != NONE)
#elif defined(REACH_NULL_BATCH)
#define REACHED(r, s) (accepted[AT(r, s)] == NUL)
#else
#define REACHED(r, s) false
#endif

/* Step 4: who accepted what it holds the certificate for votes to commit it, once. Agreement is judged where a second commit certificate comes to be. */
#ifdef BUG_COMMIT_WITHOUT_PREPARED
#define MAY_COMMIT(r, s) true
#else
#define MAY_COMMIT(r, s) (cert[AT(r, s)] == CERT(view[r], accepted[AT(r, s)]))
#endif

inline tryCommit(r, s)
{
    if
    :: voting[r] && accepted[AT(r, s)] != NONE && !committing[AT(r, s)] && MAY_COMMIT(r, s) ->
        committing[AT(r, s)] = true;
        voted[AT(r, s)] = accepted[AT(r, s)];
        ADD(commits[VOTES(view[r], s, accepted[AT(r, s)])]);
        if
        :: HAS_COMMITTED(view[r], s, accepted[AT(r, s)]) ->
            assert(chosen[s] == NONE || chosen[s] == accepted[AT(r, s)]); /* Agreement */
            assert(!REACHED(r, s)); /* Only to see that the model comes to where it is meant to come. */
            chosen[s] = accepted[AT(r, s)]
        :: else
        fi
    :: else
    fi
}

/* The batches' names mean nothing: the first that is proposed at a position is called A. */
#if VIEWS > 2
#define BEGUN(s) (prepares[VOTES(0, s, A)] + prepares[VOTES(1, s, A)] + prepares[VOTES(2, s, A)] > 0)
#else
#define BEGUN(s) (prepares[VOTES(0, s, A)] + prepares[VOTES(1, s, A)] > 0)
#endif

/* Step 2: what may be accepted at s: what the NewView carries; above that, one batch of a correct primary, and anything of the faulty one. */
#define MAY_PROPOSE(r, s, d) (s > low[r] && (carried[AT(r, s)] != NONE -> carried[AT(r, s)] == d : \
    (d != NUL && (d == A || BEGUN(s)) && (view[r] == FAULTY_LEADS || proposed[AT(view[r], s)] == NONE || proposed[AT(view[r], s)] == d))))

/* Steps 2 and 3: a proposal is accepted, once per view and position, logged and voted for. */
#define ACCEPT(s, d) \
    :: d_step { voting[r] && accepted[AT(r, s)] == NONE && IN_WINDOW(r, s) && MAY_PROPOSE(r, s, d) -> \
        accepted[AT(r, s)] = d; \
        if :: view[r] != FAULTY_LEADS -> proposed[AT(view[r], s)] = d :: else fi; \
        ADD(prepares[VOTES(view[r], s, d)]); \
        tryCommit(r, s); SORTED }

/* Step 4: q Prepares of the view that was open last, also after it was left, are a prepare certificate. */
#define PREPARED(s, d) \
    :: d_step { s > stable[r] && HAS_PREPARED(openView[r], s, d) && cert[AT(r, s)] < CERT(openView[r], NONE) -> \
        cert[AT(r, s)] = CERT(openView[r], d); \
        tryCommit(r, s); SORTED }

/* What rests on no Commit and was not executed need not be on disk, and is not reported then (docs/divergence.md, "A Prepare rests on a reservation"). */
#define FORGET(s) \
    :: d_step { cert[AT(r, s)] != NONE && BATCH_OF(cert[AT(r, s)]) != NUL && BATCH_OF(cert[AT(r, s)]) != voted[AT(r, s)] && executed[r] < s -> \
        cert[AT(r, s)] = NONE; \
        SORTED }

/* Steps 5 and 10: executes the next position when a commit certificate of whatever view comes, and keeps it as one that it is prepared. Votes for a checkpoint (step 6). */
#define EXECUTE(v, s, d) \
    :: d_step { executed[r] == s - 1 && HAS_COMMITTED(v, s, d) -> \
        assert(chosen[s] == d); \
        executed[r] = s; \
        if :: s > stable[r] && cert[AT(r, s)] < CERT(v, NONE) -> cert[AT(r, s)] = CERT(v, d) :: else fi; \
        if :: s % INTERVAL == 0 -> ADD(checkpoints[s]) :: else fi; \
        SORTED }

/* Step 6: a certified checkpoint is stable where its state is there; step 10: or is fetched. What lies at or below it is let go of. */
#define STABILISE(s) \
    :: d_step { stable[r] < s && HAS_CHECKPOINT(s) -> \
        stable[r] = s; \
        if :: executed[r] < s -> executed[r] = s :: else fi; \
        i = 1; \
        do \
        :: i <= s -> cert[AT(r, i)] = NONE; voted[AT(r, i)] = NONE; accepted[AT(r, i)] = NONE; committing[AT(r, i)] = false; carried[AT(r, i)] = NONE; i++ \
        :: else -> break \
        od; \
        i = 0; SORTED }

/* Step 7: leaves its view for any later one, at any time, whatever made it do so; says what it knows, except of that view or later ones. */
#define LEAVE(w) \
    :: d_step { view[r] < w -> \
        view[r] = w; \
        voting[r] = false; \
        i = 1; \
        do \
        :: i <= POSITIONS -> \
            accepted[AT(r, i)] = NONE; committing[AT(r, i)] = false; carried[AT(r, i)] = NONE; \
            if :: !opened[w] && VIEW_OF(cert[AT(r, i)]) < w -> pledgedCert[PLEDGED_AT(r, w, i)] = cert[AT(r, i)] :: else fi; \
            i++ \
        :: else -> break \
        od; \
        i = 0; \
        low[r] = 0; \
        if :: !opened[w] -> pledged[PLEDGE(r, w)] = true; pledgedStable[PLEDGE(r, w)] = stable[r] :: else fi; \
        SORTED }

/* Step 8: one certificate among those that a position has in the ViewChanges. */
#ifdef BUG_NEW_VIEW_IGNORES_HIGHEST
#define BETTER(c, known) ((c) != NONE && ((known) == NONE || VIEW_OF(c) < VIEW_OF(known)))
#else
#define BETTER(c, known) ((c) != NONE && ((known) == NONE || VIEW_OF(c) > VIEW_OF(known)))
#endif

#ifdef BUG_NEW_VIEW_IGNORES_STABLE
#define ABOVE(s, known) false
#else
#define ABOVE(s, known) ((s) > (known))
#endif

inline takeFrom(r, w)
{
    if :: ABOVE(pledgedStable[PLEDGE(r, w)], base) -> base = pledgedStable[PLEDGE(r, w)] :: else fi;
    s = 1;
    do
    :: s <= POSITIONS ->
        if :: BETTER(pledgedCert[PLEDGED_AT(r, w, s)], best[s]) -> best[s] = pledgedCert[PLEDGED_AT(r, w, s)] :: else fi;
        s++
    :: else -> break
    od
}

#define PLEDGES(w) (pledged[PLEDGE(0, w)] + pledged[PLEDGE(1, w)] + pledged[PLEDGE(2, w)])

/* The faulty replica's ViewChange shows or hides any certificate that exists. */
#define FAULTY_SHOWS(w, v, d) \
    :: s > base && s <= POSITIONS && v < w && HAS_PREPARED(v, s, d) && BETTER(CERT(v, d), best[s]) -> best[s] = CERT(v, d)

/* Step 8: what follows from a quorum of ViewChanges: of any ENOUGH or more correct replicas, and of the faulty one. Leaves the result in base and best. */
inline follow(w)
{
    d_step { i = 0; left = PLEDGES(w) };
    do
    :: i < CORRECT && pledged[PLEDGE(i, w)] -> d_step { takeFrom(i, w); taken++; left--; i++ }
    :: i < CORRECT && pledged[PLEDGE(i, w)] && taken + left > ENOUGH -> d_step { left--; i++ }
    :: i < CORRECT && !pledged[PLEDGE(i, w)] -> i++
    :: i == CORRECT -> break
    od;
    s = 1;
    do
    :: s <= POSITIONS && ABOVE(s, base) && HAS_CHECKPOINT(s) -> base = s
    :: s <= POSITIONS -> s++
    :: s > POSITIONS -> break
    od;
    s = 1;
    do
    :: s > base && s <= POSITIONS -> s++
    FAULTY_SHOWS(w, 0, A) FAULTY_SHOWS(w, 0, B)
#if VIEWS > 2
    FAULTY_SHOWS(w, 1, A) FAULTY_SHOWS(w, 1, B) FAULTY_SHOWS(w, 1, NUL)
#endif
    :: s <= base -> best[s] = NONE; s++
    :: s > POSITIONS -> break
    od;
    i = NONE; /* Above the last certified position nothing is carried; below it, gaps become null batches. */
    do
    :: s > 1 ->
        s--;
        if
        :: best[s] != NONE -> best[s] = BATCH_OF(best[s]); i = NUL
        :: best[s] == NONE && s > base -> best[s] = i
        :: else
        fi
    :: else -> break
    od;
    s = 0; i = 0; taken = 0
}

/* Step 8: the replica goes into view w; the log, and what it had accepted before, is for certificates only. */
#define MAY_ENTER(w) ((view[r] < w || (view[r] == w && !voting[r])) && KNOWS_NOTHING_LATER(w))
#if POSITIONS == 1
#define KNOWS_NOTHING_LATER(w) (VIEW_OF(cert[AT(r, 1)]) <= w)
#elif POSITIONS == 2
#define KNOWS_NOTHING_LATER(w) (VIEW_OF(cert[AT(r, 1)]) <= w && VIEW_OF(cert[AT(r, 2)]) <= w)
#endif

inline enter(w)
{
    view[r] = w; openView[r] = w; voting[r] = true;
    i = 1;
    do
    :: i <= POSITIONS -> accepted[AT(r, i)] = NONE; committing[AT(r, i)] = false; i++
    :: else -> break
    od;
    i = 0
}

/* A correct primary sends one NewView; the faulty one sends each replica one that follows from other ViewChanges. */
#define ENTER(w) \
    :: d_step { w != FAULTY_LEADS && opened[w] && MAY_ENTER(w) -> \
        enter(w); \
        low[r] = openedLow[w]; \
        i = 1; \
        do \
        :: i <= POSITIONS -> carried[AT(r, i)] = (i > stable[r] -> openedCarried[AT(w, i)] : NONE); i++ \
        :: else -> break \
        od; \
        i = 0; SORTED } \
    :: atomic { w == FAULTY_LEADS && MAY_ENTER(w) && PLEDGES(w) >= ENOUGH -> \
        follow(w); \
        enter(w); \
        low[r] = base; base = 0; \
        i = 1; \
        do \
        :: i <= POSITIONS -> carried[AT(r, i)] = (i > stable[r] -> best[i] : NONE); best[i] = NONE; i++ \
        :: else -> break \
        od; \
        i = 0; SORTED }

#define OPEN(w) \
    :: atomic { w != FAULTY_LEADS && !opened[w] && PLEDGES(w) >= ENOUGH -> \
        follow(w); \
        opened[w] = true; openedLow[w] = base; base = 0; \
        i = 1; \
        do \
        :: i <= POSITIONS -> \
            openedCarried[AT(w, i)] = best[i]; best[i] = NONE; \
            pledgedCert[PLEDGED_AT(0, w, i)] = NONE; pledgedCert[PLEDGED_AT(1, w, i)] = NONE; pledgedCert[PLEDGED_AT(2, w, i)] = NONE; \
            i++ \
        :: else -> break \
        od; \
        i = 0; \
        do \
        :: i < CORRECT -> pledged[PLEDGE(i, w)] = false; pledgedStable[PLEDGE(i, w)] = 0; i++ \
        :: else -> break \
        od; \
        i = 0; SORTED }

proctype Replica(byte r)
{
    byte i, s, left, taken, base;
    byte best[POSITIONS + 1];
end:
    do
    ACCEPT(1, A) ACCEPT(1, B)
    PREPARED(1, A) PREPARED(1, B) FORGET(1)
    EXECUTE(0, 1, A) EXECUTE(0, 1, B) EXECUTE(1, 1, A) EXECUTE(1, 1, B)
#if VIEWS > 2
    EXECUTE(2, 1, A) EXECUTE(2, 1, B)
#endif
#if POSITIONS > 1
    ACCEPT(1, NUL) PREPARED(1, NUL) EXECUTE(1, 1, NUL)
    ACCEPT(2, A) PREPARED(2, A) FORGET(2) EXECUTE(0, 2, A) EXECUTE(1, 2, A)
#if VIEWS > 2
    EXECUTE(2, 1, NUL) EXECUTE(2, 2, A) EXECUTE(2, 2, B)
#endif
    STABILISE(2)
#endif
    STABILISE(1)
    LEAVE(1) ENTER(1)
#if VIEWS > 2
    LEAVE(2) ENTER(2)
#endif
    od
}

/* Step 8: a correct primary's part. Whether it is itself in the view plays no role for safety. */
proctype Primaries()
{
    byte i, s, left, taken, base;
    byte best[POSITIONS + 1];
end:
    do
    OPEN(1)
#if VIEWS > 2
    OPEN(2)
#endif
    od
}

init { atomic { run Replica(0); run Replica(1); run Replica(2); run Primaries() } }
