import { timestampNow } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@connectrpc/connect-query';
import { Anchor } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { clock } from '@/components/clock';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { PagedTable, useTokenPages, type Column } from '@/components/PagedTable';
import { useSellers } from '@/components/people';
import { EmptyState, Loaded } from '@/components/States';
import type { HomeCall, HomeMentionKind, HomePeriod } from '@/gen/leadlight/conversation/v1/home_pb';
import { HomeService } from '@/gen/leadlight/conversation/v1/home_service_pb';

interface Props {
  readonly period: HomePeriod;
  readonly team: string;
  readonly seller: string;
  readonly mentionKind?: HomeMentionKind;
  readonly mentionKey?: string;
}

/** The calls behind the numbers, the latest first. */
export function HomeCalls({ period, mentionKey = '', ...asked }: Props) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { nameOf } = useSellers();
  // The period is to stay where it was from page to page.
  const [asOfTime] = useState(timestampNow);
  const pages = useTokenPages(JSON.stringify([period, asked, mentionKey]));
  const query = useQuery(
    HomeService.method.listHomeCalls,
    { ...asked, mentionKey, period: { ...period, asOfTime }, pageToken: pages.pageToken },
    { placeholderData: (previous) => previous },
  );
  const columns: Column<HomeCall>[] = [
    {
      key: 'start',
      title: t('calls.start'),
      cell: ({ id, startTime }) => (
        <Anchor component={Link} to={`/calls/${encodeURIComponent(id)}`}>
          {startTime ? format.dateTime(startTime) : id}
        </Anchor>
      ),
    },
    {
      key: 'sellers',
      title: t('calls.sellers'),
      cell: ({ sellers }) => sellers.map(nameOf).join(', ') || '–',
    },
    { key: 'team', title: t('calls.team'), wideOnly: true, cell: ({ team }) => team || '–' },
    {
      key: 'length',
      title: t('calls.length'),
      align: 'right',
      wideOnly: true,
      cell: ({ durationMs }) => (durationMs === undefined ? '–' : clock(Number(durationMs))),
    },
    {
      key: 'sentiment',
      title: t('calls.sentiment'),
      align: 'right',
      cell: ({ sentiment }) => format.number(sentiment, 2),
    },
    ...(mentionKey
      ? [
          {
            key: 'mentions',
            title: t('calls.mentions'),
            align: 'right' as const,
            cell: ({ mentionCount }: HomeCall) => format.number(mentionCount),
          },
        ]
      : []),
  ];
  return (
    <Section title={t('calls.title')}>
      <Loaded query={query}>
        {({ calls, nextPageToken }) =>
          calls.length === 0 && pages.number === 1 ? (
            <EmptyState title={t('calls.none')} />
          ) : (
            <PagedTable
              caption={t('calls.title')}
              columns={columns}
              rows={calls}
              rowKey={({ id }) => id}
              pages={pages}
              nextPageToken={nextPageToken}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
