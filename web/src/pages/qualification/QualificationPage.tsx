import { useQuery } from '@connectrpc/connect-query';
import { Anchor, Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Page } from '@/components/Page';
import { recordPath } from '@/components/records';
import { Loaded } from '@/components/States';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { LeadState, type Lead } from '@/gen/leadlight/qualification/v1/lead_pb';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';
import { Disqualify } from './Disqualify';
import { Outcome } from './Outcome';
import { Plan } from './Plan';
import { Summary } from './Summary';
import { Timeline } from './Timeline';

/** The qualification pane of one lead: what is known, what would be created, and the way to do it or take it back. */
export default function QualificationPage() {
  const { id = '' } = useParams();
  const query = useQuery(QualificationService.method.getLead, { id });
  return <Loaded query={query}>{(lead) => <Shown lead={lead} />}</Loaded>;
}

function Shown({ lead }: { readonly lead: Lead }) {
  const { t } = useTranslation('qualification');
  const { first_name: first = '', last_name: last = '', company_name: company = '' } = lead.fields;
  const name = [first, last].filter(Boolean).join(' ') || company || lead.id;
  return (
    <Page
      title={t('title', { name })}
      subtitle={
        <>
          {[company, lead.fields.subject, lead.processStage].filter(Boolean).join(' · ')}{' '}
          <Anchor component={Link} to={recordPath({ kind: RecordKind.LEAD, id: lead.id })} underline="always">
            {t('toLead')}
          </Anchor>
        </>
      }
      aside={<Badge variant="default">{t(`state.${LeadState[lead.state]}`)}</Badge>}
    >
      <Summary id={lead.id} />
      {lead.state === LeadState.OPEN ? (
        <>
          <Plan lead={lead} />
          <Disqualify lead={lead} />
        </>
      ) : (
        <Outcome lead={lead} />
      )}
      <Timeline id={lead.id} />
    </Page>
  );
}
