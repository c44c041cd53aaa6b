import { useQuery } from '@connectrpc/connect-query';
import { Text, Timeline as Line } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { Loaded } from '@/components/States';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';
import { TimelineEvent } from '@/gen/leadlight/qualification/v1/summary_pb';

/** What happened to the lead, the newest first. */
export function Timeline({ id }: { readonly id: string }) {
  const { t } = useTranslation('qualification');
  const format = useFormat();
  const query = useQuery(QualificationService.method.listTimeline, { ref: { kind: RecordKind.LEAD, id } });
  return (
    <Section title={t('timeline.title')}>
      <Loaded query={query}>
        {({ entries }) => (
          <Line bulletSize={14} lineWidth={2}>
            {entries.map(({ event, eventTime, actor }, place) => (
              <Line.Item key={place} title={t(`event.${TimelineEvent[event]}`)}>
                <Text size="sm" c="dimmed">
                  {format.dateTime(eventTime)} {actor}
                </Text>
              </Line.Item>
            ))}
          </Line>
        )}
      </Loaded>
    </Section>
  );
}
