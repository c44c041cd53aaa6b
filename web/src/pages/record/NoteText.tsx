import { Mark, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { SuggestionKind, type Suggestion } from '@/gen/leadlight/notes/v1/suggestion_pb';

/** A note with the words marked that gave rise to a suggestion. */
export function NoteText({
  text,
  suggestions,
}: {
  readonly text: string;
  readonly suggestions: readonly Suggestion[];
}) {
  const { t } = useTranslation('record');
  const pieces = useMemo(() => piecesOf(text, suggestions), [text, suggestions]);
  return (
    <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {pieces.map(({ words, suggestion, start }) =>
        suggestion ? (
          <Mark
            key={start}
            color="light-dark(#ffec99, #5c4a00)"
            c="light-dark(#212529, #fff3bf)"
            title={t(`suggestion.kind.${SuggestionKind[suggestion.kind]}`)}
          >
            {words}
          </Mark>
        ) : (
          <span key={start}>{words}</span>
        ),
      )}
    </Text>
  );
}

interface Piece {
  readonly words: string;
  readonly start: number;
  readonly suggestion?: Suggestion;
}

/** The text cut at the suggestions' spans, which count Unicode code points; where two overlap, the first has the words. */
function piecesOf(text: string, suggestions: readonly Suggestion[]): Piece[] {
  const points = Array.from(text);
  const pieces: Piece[] = [];
  let done = 0;
  const plain = (end: number) => {
    if (end > done) pieces.push({ words: points.slice(done, end).join(''), start: done });
  };
  for (const suggestion of [...suggestions].sort((a, b) => a.spanStart - b.spanStart)) {
    const { spanStart, spanEnd } = suggestion;
    if (spanStart < done || spanEnd <= spanStart) continue;
    plain(spanStart);
    pieces.push({ words: points.slice(spanStart, spanEnd).join(''), start: spanStart, suggestion });
    done = spanEnd;
  }
  plain(points.length);
  return pieces;
}
