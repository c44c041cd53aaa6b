import { Anchor, List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import type { StoredCall } from '@/gen/leadlight/conversation/v1/call_service_pb';

/** The latest calls about the record. */
export function Calls({ calls }: { readonly calls: readonly StoredCall[] }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  return (
    <Section title={t('calls.title')}>
      {calls.length === 0 ? (
        <Text size="sm">{t('calls.none')}</Text>
      ) : (
        <List listStyleType="none" spacing={6}>
          {calls.map(
            ({ call }) =>
              call && (
                <List.Item key={call.id}>
                  <Anchor component={Link} to={`/calls/${encodeURIComponent(call.id)}`}>
                    {call.title || call.id}
                  </Anchor>
                  <Text size="sm" c="dimmed">
                    {format.dateTime(call.startTime)} ·{' '}
                    {call.participants.map(({ name, id }) => name || id).join(', ')}
                  </Text>
                </List.Item>
              ),
          )}
        </List>
      )}
    </Section>
  );
}
