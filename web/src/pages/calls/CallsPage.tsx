import { useQuery } from '@connectrpc/connect-query';
import { Anchor, Badge, Button, Group, NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useFormat } from '@/components/format';
import { Page } from '@/components/Page';
import { PagedTable, useTokenPages, type Column } from '@/components/PagedTable';
import { sellersOf, useSellers } from '@/components/people';
import { kindOf, recordPath, refText } from '@/components/records';
import { EmptyState, Loaded } from '@/components/States';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { CallSide, type Call } from '@/gen/leadlight/conversation/v1/call_pb';
import { CallService, RemovedPart, type StoredCall } from '@/gen/leadlight/conversation/v1/call_service_pb';

/** Every call, the last stored first; of one seller, or (by ?kind=…&id=… in the address) of one record. */
export default function CallsPage() {
  const { t } = useTranslation('calls');
  const format = useFormat();
  const { sellers } = useSellers();
  const [params, setParams] = useSearchParams();
  const seller = params.get('seller') ?? '';
  const kind = kindOf(params.get('kind') ?? '');
  const ref = kind === RecordKind.UNSPECIFIED ? undefined : { kind, id: params.get('id') ?? '' };
  const pages = useTokenPages(params.toString());
  const query = useQuery(
    CallService.method.listCalls,
    { seller, ref, pageToken: pages.pageToken },
    { placeholderData: (previous) => previous },
  );
  const columns: Column<StoredCall>[] = [
    {
      key: 'title',
      title: t('column.title'),
      cell: ({ call }) =>
        call && (
          <Anchor component={Link} to={`/calls/${encodeURIComponent(call.id)}`} fw={500}>
            {call.title || call.id}
          </Anchor>
        ),
    },
    {
      key: 'start',
      title: t('column.start'),
      cell: ({ call, createTime }) => format.dateTime(call?.startTime ?? createTime),
    },
    {
      key: 'state',
      title: t('column.state'),
      cell: ({ call, removed }) => <State hasConsent={call?.consent ?? false} removed={removed} />,
    },
    {
      key: 'sellers',
      title: t('column.sellers'),
      wideOnly: true,
      cell: ({ call }) => (call && namesOf(call, CallSide.SELLER)) || '–',
    },
    {
      key: 'customers',
      title: t('column.customers'),
      wideOnly: true,
      cell: ({ call }) => (call && namesOf(call, CallSide.CUSTOMER)) || '–',
    },
    { key: 'team', title: t('column.team'), wideOnly: true, cell: ({ team }) => team || '–' },
    {
      key: 'regarding',
      title: t('column.regarding'),
      wideOnly: true,
      cell: ({ call }) =>
        call?.regarding ? (
          <Anchor component={Link} to={recordPath(call.regarding)}>
            {refText(call.regarding)}
          </Anchor>
        ) : (
          '–'
        ),
    },
  ];
  const choose = (key: string) => {
    const next = new URLSearchParams(params);
    if (key) next.set('seller', key);
    else next.delete('seller');
    setParams(next, { replace: true });
  };
  const isKnown = seller === '' || sellers.some(({ key }) => key === seller);
  return (
    <Page title={t('title')} subtitle={ref ? t('subtitle.record', { ref: refText(ref) }) : t('subtitle.all')}>
      <Group gap="sm" align="flex-end" role="search" aria-label={t('filter.label')}>
        <NativeSelect
          label={t('filter.seller')}
          value={seller}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
          data={[
            { value: '', label: t('filter.all') },
            ...sellers.map(({ key, name }) => ({ value: key, label: name })),
            ...(isKnown ? [] : [{ value: seller, label: seller }]),
          ]}
        />
        {ref && (
          <Button variant="default" component={Link} to="/calls">
            {t('filter.everyRecord')}
          </Button>
        )}
      </Group>
      <Loaded query={query}>
        {({ storedCalls, nextPageToken }) =>
          storedCalls.length === 0 && pages.number === 1 ? (
            <EmptyState title={t(seller || ref ? 'empty.filtered' : 'empty.title')}>
              {!seller && !ref && t('empty.how')}
            </EmptyState>
          ) : (
            <PagedTable
              caption={t('title')}
              columns={columns}
              rows={storedCalls}
              rowKey={({ call }) => call?.id ?? ''}
              pages={pages}
              nextPageToken={nextPageToken}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function State({ hasConsent, removed }: { readonly hasConsent: boolean; readonly removed: RemovedPart }) {
  const { t } = useTranslation('calls');
  const word = !hasConsent ? 'noConsent' : removed > RemovedPart.NOTHING ? RemovedPart[removed] : 'complete';
  return (
    <Badge variant="default" size="sm" tt="none">
      {t(`state.${word}`)}
    </Badge>
  );
}

function namesOf(call: Call, side: CallSide): string {
  const those =
    side === CallSide.SELLER ? sellersOf(call) : call.participants.filter((one) => one.side === side);
  return those.map(({ name, address, id }) => name || address || id).join(', ');
}
