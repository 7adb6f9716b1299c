import { measure } from '../bench/measure.mjs';

export const title = 'Hot path of one primitive';
export const measured = `The median time of a call in a process of its own, interleaved with what it is held against: a bare async
call where nothing is registered with OpenTelemetry; with the SDK on, a function that emits the same by hand.`;

export function run() {
  return [
    {
      figure: 'no SDK, against a bare call',
      ...compare(measure('../guard/lambda-without-sdk.mjs')),
    },
    {
      figure: 'SDK on, against hand-written OpenTelemetry',
      ...compare(measure('../guard/lambda-with-sdk.mjs')),
    },
  ];
}

function compare({ lambda, other }) {
  const us = ({ nsPerOp }) => `${(nsPerOp / 1000).toFixed(2)} µs`;
  return {
    value: lambda.nsPerOp / other.nsPerOp,
    unit: '×',
    about: `${us(lambda)} against ${us(other)}`,
  };
}
