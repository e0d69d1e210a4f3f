using Hazina.Web.Visits;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Hazina.Web.Pages;

/// <summary>Around every page: lets all that is in it know the visit.</summary>
public sealed class PageRoot : ComponentBase
{
    [Parameter]
    public required Visit Visit { get; set; }

    [Parameter]
    public required Type Page { get; set; }

    [Parameter]
    public object? Model { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.OpenComponent<CascadingValue<Visit>>(0);
        builder.AddComponentParameter(1, nameof(CascadingValue<>.Value), Visit);
        builder.AddComponentParameter(2, nameof(CascadingValue<>.IsFixed), true);
        builder.AddComponentParameter(
            3,
            nameof(CascadingValue<>.ChildContent),
            (RenderFragment)(
                inner =>
                {
                    inner.OpenComponent(0, Page);
                    if (Model is not null)
                        inner.AddComponentParameter(1, nameof(Model), Model);
                    inner.CloseComponent();
                }
            )
        );
        builder.CloseComponent();
    }
}

/// <summary>A part of a page.</summary>
public abstract class Part : ComponentBase
{
    [CascadingParameter]
    public required Visit Visit { get; set; }
}

/// <summary>A page, and what it shows.</summary>
public abstract class Page<TModel> : Part
{
    [Parameter]
    public required TModel Model { get; set; }
}
