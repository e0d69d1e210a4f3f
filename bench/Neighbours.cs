namespace Hazina.Bench;

/// <summary>
/// How much of the machine others took while a run was on: on a shared machine a figure means little without it. Own are this process, the
/// database server and the children of both; hypervisors that take time away count as others.
/// </summary>
/// <param name="server">The database server's first process.</param>
sealed class Neighbours(int server)
{
    (long Total, long Idle) machine;
    long own;

    static readonly bool IsKnown = Directory.Exists("/proc/self");

    public void Begin()
    {
        if (IsKnown)
            (machine, own) = (Machine(), Own());
    }

    /// <summary>Their share of the processor since <see cref="Begin"/>, from 0 to 1; null where it cannot be known.</summary>
    public double? End()
    {
        if (!IsKnown)
            return null;
        var now = Machine();
        var all = now.Total - machine.Total;
        var others = all - (now.Idle - machine.Idle) - (Own() - own);
        return all == 0 ? null : Math.Clamp((double)others / all, 0, 1);
    }

    /// <summary>The first line of /proc/stat; its fourth and fifth number are time spent idle (proc(5)).</summary>
    static (long Total, long Idle) Machine()
    {
        var numbers = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Take(8)
            .Select(long.Parse)
            .ToArray();
        return (numbers.Sum(), numbers[3] + numbers[4]);
    }

    long Own()
    {
        var processes = new Dictionary<int, (int Parent, long Ticks)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && Read(id) is { } process)
                processes.Add(id, process);
        }

        return processes.Where(process => IsOwn(process.Key, processes)).Sum(process => process.Value.Ticks);
    }

    bool IsOwn(int id, Dictionary<int, (int Parent, long Ticks)> processes)
    {
        while (id != server && id != Environment.ProcessId)
        {
            if (!processes.TryGetValue(id, out var process))
                return false;
            id = process.Parent;
        }

        return true;
    }

    /// <summary>
    /// Parent, and ticks used by the process and by its children that have ended (proc(5), /proc/pid/stat: fields 4 and 14 to 17). The name
    /// in field 2 may hold anything, so counting begins behind its bracket. Null when the process has gone.
    /// </summary>
    static (int Parent, long Ticks)? Read(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1]), fields[11..15].Sum(long.Parse));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
