import { List, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/components/Chart';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { TieBand, type FindConnectionsResponse, type Tie } from '@/gen/leadlight/relationship/v1/tie_pb';

/** Who of us knows them: directly, or over somebody. */
export function Connections({ connections }: { readonly connections: FindConnectionsResponse }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const { direct, twoHops } = connections;
  const ties = useMemo(
    () =>
      [...direct, ...twoHops.flatMap(({ first, second }) => [first, second])].filter(
        (tie) => tie !== undefined,
      ),
    [direct, twoHops],
  );
  const option = useMemo(() => graphOf(ties), [ties]);
  if (ties.length === 0) {
    return (
      <Section title={t('connections.title')}>
        <Text size="sm">{t('connections.none')}</Text>
      </Section>
    );
  }
  return (
    <Section title={t('connections.title')}>
      <Chart
        label={t('connections.label', { count: ties.length })}
        option={option}
        height={240}
        table={{
          columns: [
            t('connections.person'),
            t('connections.contact'),
            t('connections.strength'),
            t('connections.evidence'),
          ],
          rows: ties.map(({ person, contact, strength, band, evidence }) => [
            person,
            contact,
            `${format.number(strength)} ${t(`connections.band.${TieBand[band]}`)}`,
            evidence?.text ?? '',
          ]),
        }}
      />
      <Stack gap={2}>
        <List size="sm" spacing={2}>
          {direct.map(({ person, band, evidence }) => (
            <List.Item key={person}>
              <b>{person}</b> ({t(`connections.band.${TieBand[band]}`)}): {evidence?.text}
            </List.Item>
          ))}
          {twoHops.map(({ first, second, strength }) => (
            <List.Item key={`${first?.person}/${second?.person}`}>
              {t('connections.over', {
                person: first?.person,
                common: first?.contact,
                strength: format.number(strength),
              })}
            </List.Item>
          ))}
        </List>
      </Stack>
    </Section>
  );
}

function graphOf(ties: readonly Tie[]) {
  const targets = new Set(ties.map(({ contact }) => contact));
  const names = [...new Set(ties.flatMap(({ person, contact }) => [person, contact]))];
  return {
    tooltip: {},
    series: [
      {
        type: 'graph',
        layout: 'circular',
        roam: false,
        // The labels are addresses: room for them on both sides.
        left: '22%',
        right: '22%',
        top: 24,
        bottom: 24,
        label: { show: true, position: 'bottom', fontSize: 11 },
        data: names.map((name) => ({
          name,
          symbolSize: targets.has(name) ? 22 : 14,
          itemStyle: { color: targets.has(name) ? '#6b3fb8' : '#1b7a34' },
        })),
        links: ties.map(({ person, contact, strength }) => ({
          source: person,
          target: contact,
          value: Math.round(strength),
          lineStyle: { width: 1 + strength / 16 },
        })),
      },
    ],
  };
}
