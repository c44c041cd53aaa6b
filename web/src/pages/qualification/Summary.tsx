import { useQuery } from '@connectrpc/connect-query';
import { Alert, Text } from '@mantine/core';
import { IconPlugOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import { EmptyState, Loaded } from '@/components/States';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';

/** Who the lead is, in the reader's language: sentences out of the services' own facts, each with its source. */
export function Summary({ id }: { readonly id: string }) {
  const { t, i18n } = useTranslation('qualification');
  const query = useQuery(QualificationService.method.getLeadSummary, { id, language: i18n.language });
  return (
    <Section title={t('summary.title')}>
      <Loaded query={query}>
        {({ sentences, unavailable }) => (
          <>
            {sentences.length === 0 ? (
              <EmptyState title={t('summary.none')} />
            ) : (
              sentences.map(({ text, citation }) => (
                <Text
                  key={text}
                  size="sm"
                  title={
                    citation &&
                    t('summary.source', { service: citation.service, resource: citation.resource })
                  }
                >
                  {text}
                </Text>
              ))
            )}
            {unavailable.map(({ service }) => (
              <Alert
                key={service}
                color="yellow"
                variant="light"
                icon={<IconPlugOff aria-hidden />}
                role="status"
              >
                {t('summary.missing', { service })}
              </Alert>
            ))}
          </>
        )}
      </Loaded>
    </Section>
  );
}
