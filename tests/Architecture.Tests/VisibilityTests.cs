using System.Reflection;
using System.Runtime.CompilerServices;

namespace Hazina.Architecture.Tests;

public sealed class VisibilityTests
{
    [Fact]
    public void A_module_shows_its_module_class_its_events_its_work_and_records() =>
        Found.Nothing(
            "Public are <Name>Module, <Name>Options, Events, Refusals, the class of its work (House.cs), and the records and enums these take and give:",
            from module in House.Built
            where module.Work is not null
            from type in Assembly.Load(module.Namespace).GetExportedTypes()
            where !type.IsNested && !type.IsEnum && !IsRecord(type)
            where
                type.Name != $"{module.Name}Module"
                && type.Name is not ("Events" or "Refusals")
                && type.Name != $"{module.Name}Options"
                && !module.Work!.Contains(type.Name)
            select $"{type.FullName} is public"
        );

    [Fact]
    public void What_is_not_meant_to_be_derived_from_is_sealed() =>
        Found.Nothing(
            "A class is sealed, static or abstract:",
            from type in Types()
            where type is { IsClass: true, IsAbstract: false, IsSealed: false }
            // Written by the Razor compiler, which does not seal.
            where !typeof(Microsoft.AspNetCore.Components.IComponent).IsAssignableFrom(type) && type.Name != "_Imports"
            select $"{type.FullName} is open"
        );

    [Fact]
    public void An_interface_has_two_implementations_or_a_reason()
    {
        var types = Types().ToList();
        var single = types
            .Where(t => t.IsInterface)
            .Where(i => types.Count(t => !t.IsInterface && Implements(t, i)) < 2)
            .Select(i => i.Name)
            .ToList();
        Found.Nothing(
            "An interface with one implementation is a class with two names:",
            single.Where(n => !Limits.InterfacesWithOne.ContainsKey(n))
        );
    }

    static bool Implements(Type type, Type contract) =>
        type.GetInterfaces().Any(i => (i.IsGenericType ? i.GetGenericTypeDefinition() : i) == contract);

    static IEnumerable<Type> Types() =>
        House
            .Built.SelectMany(m => Assembly.Load(m.Namespace).GetTypes())
            .Where(t => t.Namespace?.StartsWith("Hazina", StringComparison.Ordinal) == true)
            .Where(t => !IsMadeByTheCompiler(t));

    static bool IsMadeByTheCompiler(Type type)
    {
        for (var t = type; t is not null; t = t.DeclaringType)
        {
            if (t.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) || t.Name.StartsWith('<'))
                return true;
        }

        return false;
    }

    static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null
        || type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public) is not null;
}
