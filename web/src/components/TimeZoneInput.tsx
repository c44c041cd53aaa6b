import { TextInput } from '@mantine/core';
import { useId } from 'react';

const MOST = 64;
// UTC is a name that every service knows, yet not every browser lists.
const NAMES = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

interface Props {
  readonly label: string;
  readonly description?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A field for the IANA name of a time zone, which offers those that the browser knows. */
export function TimeZoneInput({ label, description, value, onChange }: Props) {
  const id = useId();
  return (
    <>
      <TextInput
        label={label}
        description={description}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        maxLength={MOST}
        placeholder="UTC"
        list={id}
      />
      <datalist id={id}>
        {NAMES.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
