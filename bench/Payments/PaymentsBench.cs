using System.CommandLine;
using Hazina.Bench.Peers;

namespace Hazina.Bench.Payments;

/// <summary><c>bench payments</c>: whole payments over HTTP, with everything on, beside a minimal endpoint that keeps the same by row locks.</summary>
static class PaymentsBench
{
    public static Command Command(string[] arguments) =>
        BenchCommand.Of(
            "payments",
            "Payments over HTTP with key, limits, fee, activity and event, and rails' callbacks: Hazina, and row locks behind a minimal endpoint",
            Workloads(),
            Targets,
            arguments
        );

    public static IReadOnlyList<Workload> Workloads() =>
        [
            new PaymentRowLock("row-lock", "the row-lock function behind a minimal endpoint; 64 callers", 64),
            new PaymentRowLock("row-lock-512", "the same, 512 callers", 512),
            new PaymentRowLock("row-lock-hot", "the same, 64 callers to one merchant", 64, hot: true),
            new PaymentsOverHttp("payments-64", "the whole server; 64 callers with one payment a request", 64),
            new PaymentsOverHttp("payments-512", "the same, 512 callers", 512),
            new PaymentsOverHttp("payments-hot", "the same, 64 callers to one merchant", 64, hot: true),
            new CallbackRowLock(
                "callbacks-row-lock",
                "an insert for each callback, and its booking by row locks in the same commit; believed unasked",
                64
            ),
            new CallbacksOverHttp(
                "callbacks",
                "top-ups' callbacks, until each is kept, proved by a question to the rail, and booked; times from delivery to booking",
                64,
                isBooked: true
            ),
            new CallbacksOverHttp("callbacks-taken", "the same, until each is kept and acknowledged; booked meanwhile and afterwards", 64),
        ];

    static readonly Target[] Targets =
    [
        Target.Ratio("payments-64/row-lock", "payments-64", "row-lock", goal: 3),
        Target.Quicker("payments-64/row-lock", "payments-64", "row-lock", goal: 1),
        Target.Ratio("payments-512/row-lock", "payments-512", "row-lock-512", goal: 5),
        Target.Quicker("payments-512/row-lock", "payments-512", "row-lock-512", goal: 1),
        Target.Ratio("payments-hot/row-lock", "payments-hot", "row-lock-hot", goal: 10),
        Target.Quicker("payments-hot/row-lock", "payments-hot", "row-lock-hot", goal: 1),
        Target.Ratio("callbacks/row-lock", "callbacks", "callbacks-row-lock"),
        Target.Ratio("callbacks-taken/row-lock", "callbacks-taken", "callbacks-row-lock"),
    ];
}
