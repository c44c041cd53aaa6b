import { Button, Group, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { clock } from '@/components/clock';
import { useFormat } from '@/components/format';
import { grouped } from '@/components/grouped';
import { Section } from '@/components/Page';
import { EmptyState } from '@/components/States';
import {
  Topic,
  type Analysis,
  type Commitment,
  type Segment,
} from '@/gen/leadlight/conversation/v1/analysis_pb';
import type { Call } from '@/gen/leadlight/conversation/v1/call_pb';
import { speakerName } from './speakers';
import type { Mark } from './text';

/** Absent where the turns are no longer kept: there is nothing to jump to. */
type Jump = ((turn: number) => void) | undefined;

interface JumpProps {
  readonly call: Call;
  readonly turn: number;
  readonly onJump: Jump;
}

/** The way to a turn, called by its time in the call. */
export function JumpButton({ call, turn, onJump }: JumpProps) {
  const { t } = useTranslation('call');
  const startMs = call.turns[turn]?.startMs;
  const place = startMs === undefined ? `#${turn + 1}` : clock(startMs);
  if (!onJump) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={t('jumpTo', { place })}
      onClick={() => onJump(turn)}
    >
      {place}
    </Button>
  );
}

interface FindingsProps {
  readonly call: Call;
  readonly analysis: Analysis;
  readonly onJump: Jump;
}

/** The key points, each with the turns that it rests on. What the call's own data say stands in the page's head. */
export function Summary({ call, analysis, onJump }: FindingsProps) {
  const { t } = useTranslation('call');
  const points = analysis.summary.filter(
    ({ turns, heading }) => turns.length > 0 && heading !== 'commitment',
  );
  return (
    <Section title={t('summary.title')}>
      {points.length === 0 ? (
        <EmptyState title={t('summary.none')} />
      ) : (
        <Stack gap={6} component="ul" m={0} pl="md">
          {points.map(({ text, turns }) => (
            <li key={text}>
              <Group gap={6} wrap="nowrap" align="flex-start">
                {turns.map((turn) => (
                  <JumpButton key={turn} call={call} turn={turn} onJump={onJump} />
                ))}
                <Text size="sm">{text}</Text>
              </Group>
            </li>
          ))}
        </Stack>
      )}
    </Section>
  );
}

/** Who owes what by when. */
export function Commitments({ call, analysis, onJump }: FindingsProps) {
  const { t } = useTranslation('call');
  if (analysis.commitments.length === 0) return null;
  return (
    <Section title={t('commitments.title')}>
      <Table.ScrollContainer minWidth={320}>
        <Table aria-label={t('commitments.title')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('commitments.who')}</Table.Th>
              <Table.Th scope="col">{t('commitments.what')}</Table.Th>
              <Table.Th scope="col">{t('commitments.when')}</Table.Th>
              {onJump && <Table.Th scope="col">{t('commitments.where')}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {analysis.commitments.map((each) => (
              <Table.Tr key={`${each.turn}:${each.start}`}>
                <Table.Td>{speakerName(call, each.owner)}</Table.Td>
                <Table.Td>{each.what || '–'}</Table.Td>
                <Table.Td>
                  <Due commitment={each} />
                </Table.Td>
                {onJump && (
                  <Table.Td>
                    <JumpButton call={call} turn={each.turn} onJump={onJump} />
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

function Due({ commitment: { dueTime, dateOnly, timeZone, dueText } }: { readonly commitment: Commitment }) {
  const format = useFormat();
  if (!dueTime) return <>{dueText || '–'}</>;
  return (
    <>
      {dateOnly ? format.dateIn(dueTime, timeZone) : format.dateTime(dueTime)}
      {dueText && (
        <Text size="xs" c="dimmed">
          {dueText}
        </Text>
      )}
    </>
  );
}

interface MarksProps extends FindingsProps {
  readonly marks: readonly Mark[];
}

/** Tracked keywords and competitors with the turns that mention them, and other brands. */
export function Marks({ call, marks, analysis, onJump }: MarksProps) {
  const { t } = useTranslation('call');
  const tracked = marks.filter(({ kind }) => kind === 'keyword' || kind === 'competitor');
  const groups = [...grouped(tracked, ({ kind, label }) => `${kind} ${label}`).values()];
  return (
    <Section title={t('marks.title')}>
      {groups.length === 0 && analysis.brands.length === 0 && <EmptyState title={t('marks.none')} />}
      <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {groups.map(
          ([first, ...rest]) =>
            first && (
              <Found
                key={first.kind + first.label}
                name={first.label}
                kind={t(`mark.${first.kind}`)}
                count={rest.length + 1}
              >
                <Places call={call} turns={[first, ...rest].map(({ turn }) => turn)} onJump={onJump} />
              </Found>
            ),
        )}
        {analysis.brands.map(({ key, name, entities }) => (
          <Found key={`brand ${key}`} name={name} kind={t('mark.brand')} count={entities.length}>
            <Places call={call} turns={entities.map(({ turn }) => turn)} onJump={onJump} />
          </Found>
        ))}
      </Stack>
    </Section>
  );
}

interface FoundProps {
  readonly name: string;
  readonly kind: string;
  readonly count: number;
  readonly children: ReactNode;
}

function Found({ name, kind, count, children }: FoundProps) {
  const format = useFormat();
  return (
    <Group gap={6} renderRoot={(props) => <li {...props} />}>
      <Text size="sm" fw={600}>
        {name}
      </Text>
      <Text size="xs" c="dimmed">
        {kind}
      </Text>
      <Text size="sm">× {format.number(count)}</Text>
      {children}
    </Group>
  );
}

interface PlacesProps {
  readonly call: Call;
  readonly turns: readonly number[];
  readonly onJump: Jump;
}

const Places = ({ call, turns, onJump }: PlacesProps) =>
  [...new Set(turns)].map((turn) => <JumpButton key={turn} call={call} turn={turn} onJump={onJump} />);

/** The parts of the call by topic. */
export function Segments({
  segments,
  onJump,
}: {
  readonly segments: readonly Segment[];
  readonly onJump: Jump;
}) {
  const { t } = useTranslation('call');
  if (segments.length === 0) return null;
  return (
    <Section title={t('segments.title')}>
      <Stack gap={4} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {segments.map(({ topic, firstTurn, lastTurn, startMs, endMs }) => {
          const place =
            startMs === undefined || endMs === undefined
              ? `#${firstTurn + 1}–${lastTurn + 1}`
              : `${clock(startMs)}–${clock(endMs)}`;
          return (
            <Group key={firstTurn} gap="xs" renderRoot={(props) => <li {...props} />}>
              <Text size="sm">{t(`topic.${Topic[topic]}`)}</Text>
              {onJump ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={t('jumpTo', { place })}
                  onClick={() => onJump(firstTurn)}
                >
                  {place}
                </Button>
              ) : (
                <Text size="sm" c="dimmed">
                  {place}
                </Text>
              )}
            </Group>
          );
        })}
      </Stack>
    </Section>
  );
}

const MOST_NAMES = 30;

/** People, organisations, days and sums that are named, by kind; and words that come up often. */
export function Names({ analysis, onJump }: { readonly analysis: Analysis; readonly onJump: Jump }) {
  const { t } = useTranslation('call');
  const byLabel = [...grouped(analysis.entities, ({ label }) => label)];
  if (byLabel.length === 0 && analysis.keywords.length === 0) return null;
  return (
    <Section title={t('names.title')}>
      {byLabel.map(([label, entities]) => (
        <Group key={label} gap={6}>
          <Text size="sm" c="dimmed">
            {t(`names.${label}`, { defaultValue: label })}
          </Text>
          {[...grouped(entities, ({ text }) => text)].slice(0, MOST_NAMES).map(([text, places]) => {
            const shown = places.length > 1 ? `${text} × ${places.length}` : text;
            return onJump ? (
              <Button
                key={text}
                size="compact-xs"
                variant="default"
                onClick={() => onJump(places[0]?.turn ?? 0)}
              >
                {shown}
              </Button>
            ) : (
              <Text key={text} size="sm">
                {shown}
              </Text>
            );
          })}
        </Group>
      ))}
      {analysis.keywords.length > 0 && (
        <Text size="sm">
          <Text component="span" size="sm" c="dimmed">
            {t('names.often')}{' '}
          </Text>
          {analysis.keywords.map(({ text, count }) => `${text} × ${count}`).join(', ')}
        </Text>
      )}
    </Section>
  );
}
