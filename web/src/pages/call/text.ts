import { TrackerKind } from '@/gen/leadlight/conversation/v1/tracker_pb';
import type { Analysis } from '@/gen/leadlight/conversation/v1/analysis_pb';

export type MarkKind = 'keyword' | 'competitor' | 'commitment' | 'name';

/** Something that was found at a place of a turn; offsets count Unicode code points. */
export interface Mark {
  readonly kind: MarkKind;
  readonly turn: number;
  readonly start: number;
  readonly end: number;
  /** The tracker, what is owed, or the name. */
  readonly label: string;
}

/** Everything that the transcript highlights, in the order of the call. */
export function marksOf(analysis: Analysis): Mark[] {
  const marks: Mark[] = [
    ...analysis.hits.map(({ tracker, kind, turn, start, end }) => ({
      kind: kind === TrackerKind.COMPETITOR ? ('competitor' as const) : ('keyword' as const),
      turn,
      start,
      end,
      label: tracker,
    })),
    ...analysis.commitments.map(({ turn, start, end, what }) => ({
      kind: 'commitment' as const,
      turn,
      start,
      end,
      label: what,
    })),
    ...analysis.entities.map(({ turn, start, end, text }) => ({
      kind: 'name' as const,
      turn,
      start,
      end,
      label: text,
    })),
  ];
  return marks.sort((one, other) => one.turn - other.turn || one.start - other.start);
}

/** A stretch of a text with the marks that cover it. */
export interface Piece {
  readonly start: number;
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** A text cut where marks begin and end; marks may overlap. */
export function piecesOf(text: string, marks: readonly Mark[]): Piece[] {
  const points = Array.from(text);
  const cuts = [0, points.length, ...marks.flatMap(({ start, end }) => [start, end])]
    .filter((cut) => cut <= points.length)
    .sort((one, other) => one - other);
  return cuts.slice(1).flatMap((end, index) => {
    const start = cuts[index] ?? 0;
    if (start === end) return [];
    return [
      {
        start,
        text: points.slice(start, end).join(''),
        marks: marks.filter((mark) => mark.start <= start && end <= mark.end),
      },
    ];
  });
}
