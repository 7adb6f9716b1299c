import { saga, sagaStep } from '@tta/obs-primitives';
import type { TravelServices, Trip } from './travel-services.ts';

interface WithSeat {
  readonly trip: Trip;
  readonly seat: string;
}
interface WithRoom extends WithSeat {
  readonly room: string;
}
interface Paid extends WithRoom {
  readonly payment: string;
}

/**
 * Books a trip: a seat, a room, the money, and then the documents. A step that fails has those before it undone, the
 * last one first, so that nobody pays for half a trip.
 *
 * What undoes a step gets what the step returned: so each returns what is booked so far.
 */
export function bookTrip({ airline, hotel, bank, documents }: TravelServices) {
  const bookSeat = async (trip: Trip): Promise<WithSeat> => ({ trip, seat: await airline.book(trip) });
  const bookRoom = async (booked: WithSeat): Promise<WithRoom> => ({
    ...booked,
    room: await hotel.book(booked.trip),
  });
  const charge = async (booked: WithRoom): Promise<Paid> => ({
    ...booked,
    payment: await bank.charge(booked.trip),
  });
  const issue = async ({ trip, ...booked }: Paid) => ({ ...booked, documents: await documents.issue(trip) });

  return saga(
    sagaStep('seat', bookSeat, function cancelSeat({ seat }) {
      return airline.cancel(seat);
    }),
    sagaStep('room', bookRoom, function cancelRoom({ room }) {
      return hotel.cancel(room);
    }),
    sagaStep('payment', charge, function refund({ payment }) {
      return bank.refund(payment);
    }),
    sagaStep('documents', issue, function withdraw(booked) {
      return documents.withdraw(booked.documents);
    }),
    { name: 'book trip' },
  );
}
