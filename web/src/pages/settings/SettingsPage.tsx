import { useTranslation } from 'react-i18next';
import { Page } from '@/components/Page';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { Duplicates } from './Duplicates';
import { Grades } from './Grades';
import { Qualification } from './Qualification';
import { Relationships } from './Relationships';
import { Stages } from './Stages';

/** What a manager sets for everybody. Each part is stored on its own. */
export default function SettingsPage() {
  const { t } = useTranslation('settings');
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Grades kind={RecordKind.LEAD} />
      <Grades kind={RecordKind.OPPORTUNITY} />
      <Relationships />
      <Qualification />
      <Stages />
      <Duplicates />
    </Page>
  );
}
