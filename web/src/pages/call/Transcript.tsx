import { ActionIcon, Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { IconMessagePlus, IconMoodEmpty, IconMoodSad, IconMoodSmile } from '@tabler/icons-react';
import { memo, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/api/session';
import { clock } from '@/components/clock';
import { grouped } from '@/components/grouped';
import { Section } from '@/components/Page';
import { Tone, type TurnSentiment } from '@/gen/leadlight/conversation/v1/analysis_pb';
import type { Call, Turn } from '@/gen/leadlight/conversation/v1/call_pb';
import { isSeller, speakerName } from './speakers';
import { piecesOf, type Mark } from './text';
import classes from './Transcript.module.css';

const FACES = {
  [Tone.POSITIVE]: { Icon: IconMoodSmile, colour: 'light-dark(#2b8a3e, #69db7c)' },
  [Tone.NEUTRAL]: { Icon: IconMoodEmpty, colour: 'var(--mantine-color-dimmed)' },
  [Tone.NEGATIVE]: { Icon: IconMoodSad, colour: 'light-dark(#c92a2a, #ff8787)' },
} as const;

const NO_MARKS: readonly Mark[] = [];

interface Props {
  readonly call: Call;
  readonly sentiments: readonly TurnSentiment[];
  readonly marks: readonly Mark[];
  /** The turn that was jumped to. */
  readonly current: number | undefined;
  readonly onJump: (turn: number) => void;
  readonly onComment: (turn: number) => void;
}

/** What was said, turn by turn, with what was found in it highlighted. */
export function Transcript({ call, sentiments, marks, current, onJump, onComment }: Props) {
  const { t } = useTranslation('call');
  const mayComment = useMay('manager', 'admin');
  const list = useRef<HTMLOListElement>(null);
  const byTurn = useMemo(() => grouped(marks, ({ turn }) => turn), [marks]);
  const tones = useMemo(() => new Map(sentiments.map(({ turn, tone }) => [turn, tone])), [sentiments]);
  useEffect(() => {
    const turn = current === undefined ? null : list.current?.children[current];
    if (!(turn instanceof HTMLElement)) return;
    turn.scrollIntoView({ block: 'center' });
    turn.focus({ preventScroll: true });
  }, [current]);
  return (
    <Section title={t('transcript.title')}>
      <Group gap="md" aria-hidden>
        {(['keyword', 'competitor', 'commitment', 'name'] as const).map((kind) => (
          <Text key={kind} size="xs" component="span">
            <mark className={classes[kind]}>{t(`mark.${kind}`)}</mark>
          </Text>
        ))}
      </Group>
      <ol ref={list} className={classes.turns} tabIndex={0} aria-label={t('transcript.title')}>
        {call.turns.map((turn, index) => (
          <TurnRow
            key={index}
            turn={turn}
            index={index}
            name={speakerName(call, turn.participant)}
            isSeller={isSeller(call, turn.participant)}
            tone={tones.get(index)}
            marks={byTurn.get(index) ?? NO_MARKS}
            isCurrent={index === current}
            onJump={onJump}
            onComment={mayComment ? onComment : undefined}
          />
        ))}
      </ol>
    </Section>
  );
}

interface TurnProps {
  readonly turn: Turn;
  readonly index: number;
  readonly name: string;
  readonly isSeller: boolean;
  readonly tone: Tone | undefined;
  readonly marks: readonly Mark[];
  readonly isCurrent: boolean;
  readonly onJump: (turn: number) => void;
  readonly onComment: ((turn: number) => void) | undefined;
}

/** One turn; a long call has thousands, so that each is drawn anew only where it changed. */
const TurnRow = memo(function TurnRow({
  turn,
  index,
  name,
  tone,
  marks,
  onJump,
  onComment,
  ...is
}: TurnProps) {
  const { t } = useTranslation('call');
  const face = tone ? FACES[tone] : undefined;
  const place = turn.startMs === undefined ? `#${index + 1}` : clock(turn.startMs);
  return (
    <li
      tabIndex={-1}
      className={classes.turn}
      data-seller={is.isSeller || undefined}
      aria-current={is.isCurrent || undefined}
    >
      <Group gap={6} wrap="nowrap">
        <Button size="compact-xs" variant="subtle" onClick={() => onJump(index)}>
          <VisuallyHidden>{t('jump')} </VisuallyHidden>
          {place}
        </Button>
        <Text size="sm" fw={600}>
          {name}
        </Text>
        {face && tone && (
          <span title={t(`tone.${Tone[tone]}`)}>
            <face.Icon size={16} color={face.colour} aria-hidden />
            <VisuallyHidden>{t(`tone.${Tone[tone]}`)}</VisuallyHidden>
          </span>
        )}
        {onComment && (
          <ActionIcon
            size="sm"
            variant="subtle"
            ml="auto"
            aria-label={t('comments.onTurn', { place })}
            onClick={() => onComment(index)}
          >
            <IconMessagePlus size={16} aria-hidden />
          </ActionIcon>
        )}
      </Group>
      <Text size="sm" component="p" m={0}>
        {turn.text ? <Marked text={turn.text} marks={marks} /> : t('transcript.noText')}
      </Text>
    </li>
  );
});

function Marked({ text, marks }: { readonly text: string; readonly marks: readonly Mark[] }) {
  const { t } = useTranslation('call');
  return piecesOf(text, marks).map((piece) =>
    piece.marks.length === 0 ? (
      piece.text
    ) : (
      <mark
        key={piece.start}
        className={[...new Set(piece.marks.map(({ kind }) => classes[kind]))].join(' ')}
        title={piece.marks.map(({ kind, label }) => `${t(`mark.${kind}`)}: ${label}`).join('\n')}
      >
        {piece.text}
      </mark>
    ),
  );
}
