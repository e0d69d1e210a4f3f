namespace Hazina.Bench;

/// <summary>
/// The bulk load with holds in it: of ten postings three reserve, three capture what the call before reserved, four move money outright. Every
/// posting counts as one, as each is decided, recorded and answered on its own.
/// </summary>
sealed class Reservations() : Postings("reservations", $"as bulk; 30 % reserve, 30 % capture, 40 % plain", Bulk.Several)
{
    public override Task<ICaller> Connect(int number, CancellationToken stop) =>
        Task.FromResult<ICaller>(new Caller(Books, new Traffic(number)));

    sealed class Caller(Books books, Traffic traffic) : ICaller
    {
        readonly Queue<(Transfer Transfer, Guid Reservation)> held = new();

        public async Task<int> Call()
        {
            var postings = new Ledger.Posting[Bulk.Size];
            var captures = held.Count;
            for (var i = 0; i < postings.Length; i++)
            {
                var transfer = traffic.Next();
                if (i % 10 < 3)
                {
                    var reservation = traffic.NextId();
                    held.Enqueue((transfer, reservation));
                    postings[i] = books.Hold(transfer, reservation);
                }
                else if (i % 10 < 6 && captures-- > 0)
                {
                    var (before, reservation) = held.Dequeue();
                    postings[i] = books.Capture(before, transfer.Id, reservation);
                }
                else
                {
                    postings[i] = books.Plain(transfer);
                }
            }

            return Posted(await books.Journal.PostMany(postings));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
