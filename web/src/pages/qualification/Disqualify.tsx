import { useMutation } from '@connectrpc/connect-query';
import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import { ErrorState } from '@/components/States';
import { DisqualifyReason, type Lead } from '@/gen/leadlight/qualification/v1/lead_pb';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';

const REASONS = [
  DisqualifyReason.LOST,
  DisqualifyReason.CANNOT_CONTACT,
  DisqualifyReason.NO_LONGER_INTERESTED,
  DisqualifyReason.CANCELLED,
  DisqualifyReason.OTHER,
] as const;
const LONGEST_COMMENT = 500;

/** Gives the lead up, with the reason. */
export function Disqualify({ lead }: { readonly lead: Lead }) {
  const { t } = useTranslation('qualification');
  const queries = useQueryClient();
  const [reason, setReason] = useState<DisqualifyReason>(DisqualifyReason.LOST);
  const [comment, setComment] = useState('');
  const disqualify = useMutation(QualificationService.method.disqualify, {
    onSuccess: () => void queries.invalidateQueries(),
  });
  const isCommentNeeded = reason === DisqualifyReason.OTHER;
  return (
    <Section title={t('disqualify.title')}>
      <Group
        align="flex-end"
        renderRoot={(props) => (
          <form
            {...props}
            onSubmit={(event) => {
              event.preventDefault();
              disqualify.mutate({
                id: lead.id,
                disqualification: { reason, comment: comment.trim() },
                requestId: crypto.randomUUID(),
              });
            }}
          />
        )}
      >
        <NativeSelect
          label={t('disqualify.reason')}
          value={String(reason)}
          onChange={({ currentTarget }) => setReason(Number(currentTarget.value))}
          data={REASONS.map((each) => ({
            value: String(each),
            label: t(`reason.${DisqualifyReason[each]}`),
          }))}
        />
        <TextInput
          label={t('disqualify.comment')}
          value={comment}
          onChange={({ currentTarget }) => setComment(currentTarget.value)}
          maxLength={LONGEST_COMMENT}
          required={isCommentNeeded}
          miw={240}
        />
        <Button type="submit" variant="default" loading={disqualify.isPending}>
          {t('disqualify.do')}
        </Button>
      </Group>
      {disqualify.error && <ErrorState error={disqualify.error} />}
    </Section>
  );
}
