import { Progress, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { clock } from '@/components/clock';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { EmptyState } from '@/components/States';
import type { Analysis, Speech } from '@/gen/leadlight/conversation/v1/analysis_pb';

/** How the call went, in numbers; what the transcript cannot give is a dash. */
export function MeasuresTable({
  analysis: { measures, customerSentiment },
}: {
  readonly analysis: Analysis;
}) {
  const { t } = useTranslation('call');
  const format = useFormat();
  if (!measures)
    return (
      <Section title={t('measures.title')}>
        <EmptyState title={t('measures.none')} />
      </Section>
    );
  const time = (ms: number | undefined) => (ms === undefined ? '–' : clock(ms));
  const seconds = (ms: number | undefined) => (ms === undefined ? '–' : `${format.number(ms / 1000, 1)} s`);
  const of = (speech: Speech | undefined) => ({
    speech: time(speech?.speechMs),
    speed: format.number(speech?.wordsPerMinute),
    questions: format.number(speech?.questions),
    fillers: format.number(speech?.fillers),
    longest: seconds(speech?.longestTurnMs),
  });
  const [seller, others] = [of(measures.seller), of(measures.others)];
  const whole = [
    ['duration', time(measures.durationMs)],
    ['turns', format.number(measures.turnCount)],
    ['switchesPerHour', format.number(measures.switchesPerHour)],
    ['pause', seconds(measures.pauseBeforeSpeakingMs)],
    ['interruptions', format.number(measures.interruptions)],
    ['sentiment', format.number(customerSentiment?.score, 2)],
    [
      'tones',
      customerSentiment
        ? t('measures.tonesText', {
            positive: customerSentiment.positiveCount,
            neutral: customerSentiment.neutralCount,
            negative: customerSentiment.negativeCount,
          })
        : '–',
    ],
  ] as const;
  const speedKey = measures.speedUnit === 'characters' ? 'characters' : 'speed';
  return (
    <Section title={t('measures.title')}>
      <TalkListen talk={measures.talkPercent} listen={measures.listenPercent} />
      <Table aria-label={t('measures.bySide')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('measures.measure')}</Table.Th>
            <Table.Th scope="col" ta="right">
              {t('measures.seller')}
            </Table.Th>
            <Table.Th scope="col" ta="right">
              {t('measures.others')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(['speech', 'speed', 'questions', 'fillers', 'longest'] as const).map((key) => (
            <Table.Tr key={key}>
              <Table.Td>{t(`measures.${key === 'speed' ? speedKey : key}`)}</Table.Td>
              <Table.Td ta="right">{seller[key]}</Table.Td>
              <Table.Td ta="right">{others[key]}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Table aria-label={t('measures.whole')}>
        <Table.Tbody>
          {whole.map(([key, text]) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" fw={400}>
                {t(`measures.${key}`)}
              </Table.Th>
              <Table.Td ta="right">{text}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

interface TalkProps {
  readonly talk: number | undefined;
  readonly listen: number | undefined;
}

function TalkListen({ talk, listen }: TalkProps) {
  const { t } = useTranslation('call');
  const format = useFormat();
  if (talk === undefined || listen === undefined)
    return (
      <Text size="sm" c="dimmed">
        {t('measures.noTalk')}
      </Text>
    );
  const text = t('measures.talkListen', {
    talk: format.percent(talk / 100, 1),
    listen: format.percent(listen / 100, 1),
  });
  return (
    <Stack gap={4}>
      <Text size="sm">{text}</Text>
      <Progress.Root size="lg" role="img" aria-label={text}>
        <Progress.Section value={talk} color="violet" withAria={false} />
        <Progress.Section value={listen} color="gray" withAria={false} />
      </Progress.Root>
    </Stack>
  );
}
