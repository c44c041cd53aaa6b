import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from './States';

interface Props {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly size?: 'md' | 'lg';
  readonly children: ReactNode;
}

/** What is done before one goes on with the page. */
export function Dialog({ title, isOpen, onClose, size = 'md', children }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      size={size}
      closeButtonProps={{ 'aria-label': t('form.cancel') }}
    >
      {children}
    </Modal>
  );
}

/** A dialog's end: why it could not be done, the way back, and `children`, the button that does it. */
export function DialogButtons({
  error,
  onCancel,
  children,
}: {
  readonly error: Error | null;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <>
      {error && <ErrorState error={error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          {t('form.cancel')}
        </Button>
        {children}
      </Group>
    </>
  );
}
